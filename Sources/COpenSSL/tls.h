#ifndef APUS_COPENSSL_TLS_H
#define APUS_COPENSSL_TLS_H

// What of libssl is macros, which Swift does not see.

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/// TLS 1.2 at least, no renegotiation, and writes that may go on with moved bytes. A peer that hangs
/// up without saying so has ended, as over TCP: HTTP counts its bytes itself. 1 on success.
static inline int apus_tls_prepare(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

/// Names the server that is meant (SNI). 1 on success.
static inline int apus_tls_name_server(SSL *session, const char *name) {
    return (int)SSL_set_tlsext_host_name(session, name);
}

#endif
