//! What import sessions tell the audit trail when something comes in between.

use store::{ActorKind, AuditFilter, OpenOptions, Store};
use tokio_util::sync::CancellationToken;

use super::*;

const BY: AuditActor = AuditActor { kind: ActorKind::Bearer, address: None };

struct Rig {
    directory: tempfile::TempDir,
    store: Store,
    audit: AuditLog,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Rig {
    fn start() -> Self {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("usage.sqlite");
        let store = Store::open(&path, &OpenOptions::default()).expect("opens");
        let stop = CancellationToken::new();
        let (audit, task) = AuditLog::start(store.clone(), stop.clone());
        Self { directory, store, audit, stop, task }
    }

    fn sessions(&self) -> Arc<ImportSessions> {
        let limits = ImportLimits {
            chunk_bytes: 1 << 20,
            quota_bytes: 1 << 20,
            max_sessions: 2,
            ttl: Duration::from_secs(3600),
        };
        let importer = Importer::new(self.store.clone(), Arc::default(), || 1);
        let directory = self.directory.path().join("imports");
        ImportSessions::open(directory, limits, importer, || 1, self.audit.clone())
    }

    /// Action, failure and job of every entry, oldest first.
    async fn told(self) -> Vec<(String, String, String)> {
        self.stop.cancel();
        self.task.await.expect("ends");
        let page = self.store.read(|reader| reader.audit_page(&AuditFilter::default(), 100)).await;
        let job = |entry: &store::StoredAuditEntry| {
            let job = entry.changes.iter().find(|change| change.field == "job");
            job.and_then(|change| change.after.clone()).unwrap_or_default()
        };
        let entries = page.expect("reads").entries.into_iter().rev();
        entries.map(|e| (e.action.clone(), e.failure.clone().unwrap_or_default(), job(&e))).collect()
    }
}

fn upload(sessions: &Arc<ImportSessions>) -> String {
    let request = ImportSessionRequest { filename: "a.jsonl".to_owned(), size_bytes: 3, resume_key: None };
    let id = sessions.create(request, BY).expect("room").id;
    let permit = Arc::clone(sessions).begin_chunk(&id, 0, None).expect("fits");
    permit.store(b"{}\n", None).expect("kept");
    id
}

/// As if it was being imported.
fn process(sessions: &ImportSessions, id: &str) {
    let mut table = sessions.lock();
    let entry = table.get_mut(id).expect("there");
    entry.record.session.status = Status::Processing;
    sessions.files.save(&entry.record).expect("saved");
}

#[tokio::test]
async fn an_import_that_the_process_did_not_survive_is_told_once() {
    let rig = Rig::start();
    let sessions = rig.sessions();
    let id = upload(&sessions);
    process(&sessions, &id);
    drop(sessions);
    for _ in 0..2 {
        let sessions = rig.sessions();
        assert_eq!(sessions.get(&id).expect("there").status, Status::Ready);
    }
    let entry = |action: &str, failure: &str| (action.to_owned(), failure.to_owned(), id.clone());
    assert_eq!(rig.told().await, [entry("import.start", ""), entry("import.finish", "interrupted")]);
}

#[tokio::test]
async fn a_cancellation_is_told_once_saved_or_not() {
    let rig = Rig::start();
    let sessions = rig.sessions();
    let (first, second) = (upload(&sessions), upload(&sessions));
    process(&sessions, &first);
    for _ in 0..3 {
        let (_, running) = sessions.cancel(&first, BY).expect("cancels");
        assert!(running);
    }
    // No record can be saved any more.
    std::fs::remove_dir_all(rig.directory.path().join("imports")).expect("removed");
    assert!(sessions.cancel(&second, BY).is_err());
    assert_eq!(sessions.get(&second).expect("there").status, Status::Cancelled);
    assert!(sessions.cancel(&second, BY).is_ok(), "it is cancelled already");
    let entry = |action: &str, id: &String| (action.to_owned(), String::new(), id.clone());
    assert_eq!(
        rig.told().await,
        [
            entry("import.start", &first),
            entry("import.start", &second),
            entry("import.cancel", &first),
            entry("import.cancel", &second)
        ]
    );
}

#[tokio::test]
async fn nothing_is_started_while_the_manager_stops() {
    let rig = Rig::start();
    let sessions = rig.sessions();
    let id = upload(&sessions);
    sessions.stop(Duration::from_secs(10)).await;
    let refused = sessions.complete(&id, BY).expect_err("stopping");
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(sessions.get(&id).expect("there").status, Status::Ready);
}
