//! The manager as the HTTP face sees it.

use std::sync::Arc;

use api::ApiResult;
use api::control::{BoxFuture, Control, UpstreamUse};
use api::types::config::{
    CollectorTestAnswer, ConfigAnswer, ConfigUpdate, ConnectionTestAnswer, ConnectionTestRequest,
    ManagerConfig, SetupAnswer, SetupRequest,
};
use api::types::info::ServiceInfo;
use api::types::status::{GapDocument, StatusDocument};
use api::types::system::GivenSetting;
use collector::Permit;
use proxy::Refusal;
use store::AuditActor;
use tokio::sync::watch;
use vault::AdminCredential;

use super::Manager;
use super::setup::usable;
use crate::settings::Source;

impl Control for Manager {
    fn info(&self) -> ServiceInfo {
        self.service_info()
    }

    fn status(&self) -> BoxFuture<'_, ApiResult<StatusDocument>> {
        Box::pin(self.status_document())
    }

    fn gaps(&self, limit: usize) -> BoxFuture<'_, ApiResult<Vec<GapDocument>>> {
        Box::pin(async move {
            let mut gaps = self.read_gaps(limit).await?;
            gaps.splice(0..0, self.open_gap());
            gaps.truncate(limit);
            Ok(gaps)
        })
    }

    fn status_changes(&self) -> watch::Receiver<u64> {
        self.status_changes.subscribe()
    }

    fn upstream(&self) -> ApiResult<Arc<api::control::Upstream>> {
        let connection = self.connection();
        usable(&connection).map(|ready| Arc::clone(&ready.proxied))
    }

    fn begin_upstream(&self) -> BoxFuture<'_, ApiResult<UpstreamUse>> {
        Box::pin(self.begin())
    }

    fn key_refused(&self, permit: Permit, refusal: Refusal) {
        self.note_refusal(permit, refusal);
    }

    fn query_limit(&self) -> usize {
        let saved =
            super::lock(&self.current).saved.config().collector.and_then(|collector| collector.query_limit);
        self.settings.query_limit.or_saved(saved.and_then(|limit| usize::try_from(limit).ok()))
    }

    fn free_disk_bytes(&self) -> Option<u64> {
        crate::os::free_disk_bytes(self.store.path().parent()?)
    }

    fn saved_config(&self) -> ManagerConfig {
        self.config_answer(None).config
    }

    fn given_settings(&self) -> Vec<GivenSetting> {
        let given = self.settings.given.iter().map(|given| GivenSetting {
            name: given.setting.env.to_owned(),
            source: match given.source {
                Source::Flag => "flag",
                Source::Environment => "environment",
                Source::File => "file",
                Source::SecretMount => "mounted_secret",
                Source::Default => "default",
            }
            .to_owned(),
            member: given.setting.saved_as.map(str::to_owned),
        });
        given.collect()
    }

    fn setup(&self, request: SetupRequest, by: AuditActor) -> BoxFuture<'_, ApiResult<SetupAnswer>> {
        self.carry_out(async move |me| me.run_setup(request, by).await)
    }

    fn config(&self) -> BoxFuture<'_, ApiResult<ConfigAnswer>> {
        Box::pin(async { Ok(self.config_answer(self.live_usage().await)) })
    }

    fn save_config(&self, update: ConfigUpdate, by: AuditActor) -> BoxFuture<'_, ApiResult<ConfigAnswer>> {
        self.carry_out(async move |me| me.run_save(update, by).await)
    }

    fn test_connection(
        &self,
        request: ConnectionTestRequest,
    ) -> BoxFuture<'_, ApiResult<ConnectionTestAnswer>> {
        Box::pin(self.run_test(request))
    }

    fn test_collector(&self) -> BoxFuture<'_, ApiResult<CollectorTestAnswer>> {
        Box::pin(self.run_trial())
    }

    fn retry_collector(&self) -> BoxFuture<'_, ApiResult<()>> {
        Box::pin(async {
            let connection = self.connection();
            let ready = usable(&connection)?;
            self.key_guard.retry(&ready.upstream);
            if let Some(running) = self.running() {
                running.retry();
            }
            Ok(())
        })
    }

    fn is_management_key(&self, key: &str) -> bool {
        self.connection().ready().is_some_and(|ready| ready.proxied.key.matches(key))
    }

    fn upgrade_admin_credential(&self, credential: AdminCredential) {
        let store = self.store.clone();
        // Called from a thread that may block.
        if let Err(error) = store::wait(crate::admin_credential::save(&store, &credential)) {
            tracing::warn!(%error, "the upgraded admin credential is not stored yet; the old one stays valid");
        }
    }
}
