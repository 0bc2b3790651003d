//! TLS towards the gateway.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// The client configurations, made when first needed: reading the system's roots takes a while, and a gateway that
/// is reached over plain HTTP needs none.
#[derive(Debug, Default)]
pub(crate) struct Configs {
    extra_roots: Vec<CertificateDer<'static>>,
    made: [OnceLock<Result<Arc<ClientConfig>, String>>; 4],
}

impl Configs {
    pub(crate) fn new(extra_roots: Vec<CertificateDer<'static>>) -> Self {
        Self { extra_roots, made: Default::default() }
    }

    /// The error text says what is wrong with the system's roots.
    pub(crate) fn get(&self, skip_verify: bool, http1_only: bool) -> Result<Arc<ClientConfig>, String> {
        let slot = usize::from(skip_verify) * 2 + usize::from(http1_only);
        self.made[slot].get_or_init(|| self.make(skip_verify, http1_only)).clone()
    }

    fn make(&self, skip_verify: bool, http1_only: bool) -> Result<Arc<ClientConfig>, String> {
        let provider = Arc::new(ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = if skip_verify {
            Arc::new(SkipVerify(Arc::clone(&provider)))
        } else if self.extra_roots.is_empty() {
            Arc::new(Verifier::new(Arc::clone(&provider)).map_err(|error| error.to_string())?)
        } else {
            let roots = self.extra_roots.iter().cloned();
            let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider));
            Arc::new(verifier.map_err(|error| error.to_string())?)
        };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        config.alpn_protocols = match http1_only {
            true => vec![b"http/1.1".to_vec()],
            false => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        };
        Ok(Arc::new(config))
    }
}

/// Takes any certificate, because the operator said so; signatures are still checked.
#[derive(Debug)]
struct SkipVerify(Arc<CryptoProvider>);

impl ServerCertVerifier for SkipVerify {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
