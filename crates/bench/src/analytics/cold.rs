//! The first answer after a start with nothing of the files in the page cache.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use super::data::Span;
use super::questions::Question;
use super::{ask, options, ready};
use crate::program::Manager;

/// Runs of the cold questions begin here: their ranges are their own.
const RUN: usize = 500;

/// The time of each question's first answer, each after a start of its own.
pub async fn times(
    binary: &Path,
    directory: &Path,
    questions: &[Question],
    span: &Span,
) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    for (at, question) in questions.iter().enumerate() {
        forget(directory)?;
        let manager = Manager::start(binary, directory, &options()).await?;
        ready(&manager).await?;
        let mut client = manager.client().await?;
        times.push(ask(&mut client, question, question.range(span, RUN + at)).await?.whole);
        manager.stop()?;
    }
    Ok(times)
}

/// Takes every file of a directory out of the page cache; nobody else's.
fn forget(directory: &Path) -> Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            forget(&path)?;
            continue;
        }
        // dd knows how to ask the kernel for it. A file that cannot be forgotten makes the figure better, not wrong:
        // written pages first.
        let mut dd = Command::new("dd");
        dd.arg(format!("if={}", path.display())).args(["iflag=nocache", "count=0"]);
        let done = dd.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        done.context("dd (of coreutils) is needed")?;
    }
    Ok(())
}
