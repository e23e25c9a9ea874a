#ifndef APUS_COPENSSL_SIGNING_H
#define APUS_COPENSSL_SIGNING_H

// RSA keys that sign, and their certificates. Each function leaves nothing allocated but what it
// returns. Lengths are 0 when something failed.

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// Moves what was written to `bio` to `out`, if it fits.
static inline size_t apus_bio_take(BIO *bio, uint8_t *out, size_t capacity) {
    char *bytes = NULL;
    long count = BIO_get_mem_data(bio, &bytes);
    size_t taken = 0;
    if (count > 0 && (size_t)count <= capacity) {
        memcpy(out, bytes, (size_t)count);
        taken = (size_t)count;
    }
    BIO_free(bio);
    return taken;
}

/// A new key of 2,048 bits; NULL when there is none to be had.
static inline EVP_PKEY *apus_rsa_generate(void) { return EVP_RSA_gen(2048); }

/// The RSA key in `pem`; NULL when there is none.
static inline EVP_PKEY *apus_rsa_read(const uint8_t *pem, size_t count) {
    BIO *bio = BIO_new_mem_buf(pem, (int)count);
    if (bio == NULL) return NULL;
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    if (key != NULL && EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    ERR_clear_error();
    return key;
}

/// Writes `key` in PEM and returns the length.
static inline size_t apus_rsa_write(EVP_PKEY *key, uint8_t *out, size_t capacity) {
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL) return 0;
    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    return apus_bio_take(bio, out, capacity);
}

/// Adds an extension by its text.
static inline int apus_certificate_extend(X509 *certificate, int kind, const char *text) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, text);
    if (extension == NULL) return 0;
    int result = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return result;
}

/// Writes a certificate for `key`, signed by itself, in PEM and returns the length.
static inline size_t apus_certificate_write(EVP_PKEY *key, const char *name,
                                            const char *alternative_name, uint64_t serial,
                                            int days, uint8_t *out, size_t capacity) {
    size_t length = 0;
    X509 *certificate = X509_new();
    if (certificate == NULL) return 0;
    X509_NAME *subject = X509_get_subject_name(certificate);
    int good = X509_set_version(certificate, 2) == 1;
    good = good && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial) == 1;
    // A day early, so that clocks that go a little wrong do not matter.
    good = good && X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) != NULL;
    good = good &&
           X509_time_adj_ex(X509_getm_notAfter(certificate), days, 0, NULL) != NULL;
    good = good && X509_set_pubkey(certificate, key) == 1;
    good = good && X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                              (const unsigned char *)name, -1, -1, 0) == 1;
    good = good && X509_set_issuer_name(certificate, subject) == 1;
    good = good && apus_certificate_extend(certificate, NID_basic_constraints, "critical,CA:FALSE");
    good = good && apus_certificate_extend(certificate, NID_key_usage, "critical,digitalSignature");
    good = good && apus_certificate_extend(certificate, NID_subject_alt_name, alternative_name);
    good = good && X509_sign(certificate, key, EVP_sha256()) > 0;
    BIO *bio = good ? BIO_new(BIO_s_mem()) : NULL;
    if (bio != NULL) {
        PEM_write_bio_X509(bio, certificate);
        length = apus_bio_take(bio, out, capacity);
    }
    X509_free(certificate);
    return length;
}

/// Writes the SHA-256 of the certificate in `pem` (32 bytes); 1 when it is one that `key` has
/// signed for itself.
static inline int apus_certificate_digest(const uint8_t *pem, size_t count, EVP_PKEY *key,
                                          uint8_t *out) {
    BIO *bio = BIO_new_mem_buf(pem, (int)count);
    if (bio == NULL) return 0;
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    unsigned int length = 0;
    int good = certificate != NULL && X509_check_private_key(certificate, key) == 1 &&
               X509_verify(certificate, key) == 1 &&
               X509_digest(certificate, EVP_sha256(), out, &length) == 1 && length == 32;
    X509_free(certificate);
    ERR_clear_error();
    return good;
}

/// Signs `text` (PKCS #1 v1.5) with SHA-1 for version 1, SHA-256 for version 2, and returns the
/// length of the signature.
static inline size_t apus_rsa_sign(EVP_PKEY *key, int version, const uint8_t *text, size_t count,
                                   uint8_t *out, size_t capacity) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL) return 0;
    size_t length = capacity;
    const EVP_MD *digest = version == 1 ? EVP_sha1() : EVP_sha256();
    int good = EVP_DigestSignInit(context, NULL, digest, NULL, key) == 1 &&
               EVP_DigestSign(context, out, &length, text, count) == 1;
    EVP_MD_CTX_free(context);
    return good ? length : 0;
}

/// Whether `signature` is that of `text` by the key of the certificate in `pem`.
static inline int apus_rsa_verify(const uint8_t *pem, size_t pem_count, int version,
                                  const uint8_t *text, size_t count, const uint8_t *signature,
                                  size_t signature_count) {
    BIO *bio = BIO_new_mem_buf(pem, (int)pem_count);
    if (bio == NULL) return 0;
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const EVP_MD *digest = version == 1 ? EVP_sha1() : EVP_sha256();
    int good = certificate != NULL && context != NULL &&
               EVP_DigestVerifyInit(context, NULL, digest, NULL, X509_get0_pubkey(certificate)) == 1 &&
               EVP_DigestVerify(context, signature, signature_count, text, count) == 1;
    EVP_MD_CTX_free(context);
    X509_free(certificate);
    ERR_clear_error();
    return good;
}

#endif
