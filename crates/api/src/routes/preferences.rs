//! How the operator wants to see things, kept on the server so that every browser agrees.

use axum::Json;
use axum::extract::State;
use store::{PRODUCT, SettingChange};

use crate::error::{ApiError, ApiResult, ErrorBody};
use crate::extract::JsonBody;
use crate::routes::table::{Routes, routes};
use crate::state::AppState;
use crate::types::system::Preferences;

/// Name of the setting that holds them, as JSON.
const SETTING: &str = "preferences";
/// Languages of the panel.
const LANGUAGES: &[&str] = &["", "en", "zh-CN", "zh-TW", "ru"];
/// Colour themes of the panel.
const THEMES: &[&str] = &["", "light", "dark"];
/// Heights of table rows.
const DENSITIES: &[&str] = &["", "compact", "normal"];

pub(super) fn add<R: Routes>(routes: R) -> R {
    routes!(routes; get_preferences, put_preferences)
}

fn check(preferences: &Preferences) -> ApiResult<()> {
    let zone = &preferences.time_zone;
    if !zone.is_empty() && jiff::tz::TimeZone::get(zone).is_err() {
        return Err(ApiError::invalid_parameter("time_zone", "not an IANA time zone")
            .with_hint("use a name such as Europe/Berlin, or nothing for the browser's zone"));
    }
    let words = [
        ("language", &preferences.language, LANGUAGES),
        ("theme", &preferences.theme, THEMES),
        ("density", &preferences.density, DENSITIES),
    ];
    for (name, value, known) in words {
        if !known.contains(&value.as_str()) {
            let known = known.join("`, `");
            return Err(ApiError::invalid_parameter(name, format!("must be one of `{known}`")));
        }
    }
    Ok(())
}

/// How the operator wants to see things.
#[utoipa::path(get, path = "/api/v1/preferences", tag = "preferences",
    responses((status = 200, body = Preferences), (status = 401, body = ErrorBody)))]
async fn get_preferences(State(state): State<AppState>) -> ApiResult<Json<Preferences>> {
    let saved = state.store().read(|reader| reader.setting(PRODUCT, SETTING)).await?;
    // What an older or newer version saved and we cannot read counts as not saved.
    let preferences = saved.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    Ok(Json(preferences))
}

/// Saves all of them; a member that is absent goes back to "as the browser says".
#[utoipa::path(put, path = "/api/v1/preferences", tag = "preferences", request_body = Preferences,
    responses((status = 200, body = Preferences), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody)))]
async fn put_preferences(
    State(state): State<AppState>,
    JsonBody(preferences): JsonBody<Preferences>,
) -> ApiResult<Json<Preferences>> {
    check(&preferences)?;
    let text = serde_json::to_string(&preferences).map_err(ApiError::internal)?;
    state.store().change_settings(vec![SettingChange::put(PRODUCT, SETTING, text)]).await?;
    Ok(Json(preferences))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_values_are_kept() {
        assert!(check(&Preferences::default()).is_ok());
        let good = Preferences {
            time_zone: "Asia/Kolkata".to_owned(),
            language: "zh-CN".to_owned(),
            theme: "dark".to_owned(),
            density: "compact".to_owned(),
        };
        assert!(check(&good).is_ok());
        for bad in [
            Preferences { time_zone: "Mars/Olympus".to_owned(), ..good.clone() },
            Preferences { time_zone: "../etc/passwd".to_owned(), ..good.clone() },
            Preferences { language: "xx".to_owned(), ..good.clone() },
            Preferences { theme: "blue".to_owned(), ..good.clone() },
            Preferences { density: "huge".to_owned(), ..good.clone() },
        ] {
            assert_eq!(check(&bad).expect_err("refused").body.code, "invalid_parameter");
        }
    }
}
