/*
 * timestamp: OpenSSL's functions TS_*, and the rules that they leave to their caller.
 */
#include "base/signature/timestamp.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <string.h>

#include "base/show.h"

#define NONCE_BYTES 8
#define DAY_SEC 86400
/* The least of keys and digests in the chain: 112 bits, so neither SHA-1 nor RSA of 1,024 bits. */
#define STRENGTH 2
#define ACCURACY_MAX 86400 /* in seconds; a token that is less accurate is not used */

VV_AUTO_FREE(ASN1_INTEGER, ASN1_INTEGER_free)
VV_AUTO_FREE(ASN1_TIME, ASN1_TIME_free)
VV_AUTO_FREE(BIO, BIO_free_all)
VV_AUTO_FREE(PKCS7, PKCS7_free)
VV_AUTO_FREE(TS_MSG_IMPRINT, TS_MSG_IMPRINT_free)
VV_AUTO_FREE(TS_REQ, TS_REQ_free)
VV_AUTO_FREE(TS_RESP, TS_RESP_free)
VV_AUTO_FREE(TS_TST_INFO, TS_TST_INFO_free)
VV_AUTO_FREE(TS_VERIFY_CTX, TS_VERIFY_CTX_free)
VV_AUTO_FREE(X509_ALGOR, X509_ALGOR_free)
VV_AUTO_FREE(X509_STORE, X509_STORE_free)

struct vv_authorities {
	STACK_OF(X509) * certificates;
};

/* --- certificates --------------------------------------------------------------------------------- */

void vv_authorities_free(vv_authorities *a)
{
	if (!a) return;
	sk_X509_pop_free(a->certificates, X509_free);
	vv_free(a);
}

vv_status vv_authorities_read(vv_authorities **out, const char *text, size_t len, vv_error *err)
{
	vv_auto(vv_authorities) *a = vv_calloc(1, sizeof(*a));
	vv_auto(BIO) *in = len <= VV_AUTHORITIES_MAX ? BIO_new_mem_buf(text, (int)len) : NULL;
	X509 *one;

	if (!a || !in || !(a->certificates = sk_X509_new_null())) return vv_fail_nomem(err);
	ERR_clear_error();
	while ((one = PEM_read_bio_X509(in, NULL, NULL, NULL))) {
		if (!sk_X509_push(a->certificates, one)) {
			X509_free(one);
			return vv_fail_nomem(err);
		}
	}
	const unsigned long last = ERR_peek_last_error();
	const bool at_end = ERR_GET_LIB(last) == ERR_LIB_PEM &&
			    ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
	ERR_clear_error();
	if (!at_end) return vv_fail(err, VV_EINPUT, "one of its certificates is damaged");
	if (sk_X509_num(a->certificates) == 0) {
		return vv_fail(err, VV_EINPUT,
			       "it has no certificate (\"-----BEGIN CERTIFICATE-----\")");
	}
	return vv_hand_over(out, &a);
}

/* The store for one check, at `time`: a chain ends at any of the authorities. */
static X509_STORE *make_store(const vv_authorities *a, int64_t time)
{
	vv_auto(X509_STORE) *store = X509_STORE_new();
	X509_VERIFY_PARAM *param = store ? X509_STORE_get0_param(store) : NULL;

	if (!param) return NULL;
	X509_VERIFY_PARAM_set_time(param, (time_t)time);
	X509_VERIFY_PARAM_set_auth_level(param, STRENGTH);
	if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) != 1) return NULL;
	for (int i = 0; i < sk_X509_num(a->certificates); i++) {
		if (X509_STORE_add_cert(store, sk_X509_value(a->certificates, i)) != 1) return NULL;
	}
	return vv_take(&store);
}

/* --- the content of a token ---------------------------------------------------------------------------- */

static vv_status no_token(vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT, "not a time-stamp token");
}

/* Seconds since 1970; a fraction is left out. */
static bool read_time(int64_t *out, const ASN1_TIME *when)
{
	vv_auto(ASN1_TIME) *epoch = ASN1_TIME_set(NULL, 0);
	int days, seconds;

	if (!epoch || ASN1_TIME_diff(&days, &seconds, epoch, when) != 1) return false;
	*out = (int64_t)days * DAY_SEC + seconds;
	return true;
}

/* The seconds by which the clock may have been slow, rounded up. */
static bool read_accuracy(int64_t *out, TS_ACCURACY *accuracy)
{
	int64_t seconds = 0;

	*out = 1; /* the time's own fraction */
	if (!accuracy) return true;
	if (TS_ACCURACY_get_seconds(accuracy) &&
	    ASN1_INTEGER_get_int64(&seconds, TS_ACCURACY_get_seconds(accuracy)) != 1) {
		return false;
	}
	if (seconds < 0 || seconds > ACCURACY_MAX) return false;
	*out += seconds + (TS_ACCURACY_get_millis(accuracy) || TS_ACCURACY_get_micros(accuracy));
	return true;
}

/* The subject of the certificate with which the token is signed, if the token has it. */
static void read_authority(vv_timestamp *out, PKCS7 *token)
{
	STACK_OF(X509) *signers = PKCS7_get0_signers(token, NULL, 0);
	vv_auto(BIO) *text = BIO_new(BIO_s_mem());
	const X509 *signer = sk_X509_num(signers) > 0 ? sk_X509_value(signers, 0) : NULL;

	if (signer && text &&
	    X509_NAME_print_ex(text, X509_get_subject_name(signer), 0,
			       XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
		const int len = BIO_read(text, out->authority, sizeof(out->authority) - 1);
		out->authority[len > 0 ? len : 0] = '\0';
	}
	sk_X509_free(signers);
	ERR_clear_error();
}

/* SHA-1 and MD5 are no proof; the chain's own digests are judged by STRENGTH. */
static bool has_weak_digest(PKCS7 *token)
{
	STACK_OF(PKCS7_SIGNER_INFO) *signers = PKCS7_get_signer_info(token);

	for (int i = 0; i < sk_PKCS7_SIGNER_INFO_num(signers); i++) {
		const X509_ALGOR *of = sk_PKCS7_SIGNER_INFO_value(signers, i)->digest_alg;
		const EVP_MD *md = EVP_get_digestbyobj(of->algorithm);
		if (!md || EVP_MD_size(md) < (int)VV_SHA256_LEN) return true;
	}
	return false;
}

/* Releases of OpenSSL before 2026 read a value of another type as if it were a sequence. */
static bool has_sound_attributes(PKCS7_SIGNER_INFO *signer)
{
	static const int nids[] = {NID_id_smime_aa_signingCertificate,
				   NID_id_smime_aa_signingCertificateV2};

	for (size_t i = 0; i < sizeof(nids) / sizeof(nids[0]); i++) {
		const ASN1_TYPE *value = PKCS7_get_signed_attribute(signer, nids[i]);
		if (value && value->type != V_ASN1_SEQUENCE) return false;
	}
	return true;
}

/* RFC 5652, section 11.1; PKCS7_verify does not compare the types. */
static bool is_signed_as_time_stamp(PKCS7_SIGNER_INFO *signer)
{
	const ASN1_TYPE *type = PKCS7_get_signed_attribute(signer, NID_pkcs9_contentType);

	return type && type->type == V_ASN1_OBJECT &&
	       OBJ_obj2nid(type->value.object) == NID_id_smime_ct_TSTInfo;
}

static vv_status check_attributes(PKCS7 *token, vv_error *err)
{
	STACK_OF(PKCS7_SIGNER_INFO) *signers = PKCS7_get_signer_info(token);

	for (int i = 0; i < sk_PKCS7_SIGNER_INFO_num(signers); i++) {
		PKCS7_SIGNER_INFO *signer = sk_PKCS7_SIGNER_INFO_value(signers, i);
		if (!has_sound_attributes(signer)) return no_token(err);
		if (!is_signed_as_time_stamp(signer)) {
			return vv_fail(err, VV_ECORRUPT,
				       "the time-stamp token is signed as another kind of content");
		}
	}
	return VV_OK;
}

/* RFC 3161 defines no extension that a reader must know; OpenSSL ignores all. */
static bool has_critical_extension(TS_TST_INFO *info)
{
	return TS_TST_INFO_get_ext_by_critical(info, 1, -1) >= 0;
}

static bool is_sha256(TS_MSG_IMPRINT *imprint, const uint8_t sha256[VV_SHA256_LEN])
{
	const X509_ALGOR *algorithm = TS_MSG_IMPRINT_get_algo(imprint);
	const ASN1_OCTET_STRING *digest = TS_MSG_IMPRINT_get_msg(imprint);

	return OBJ_obj2nid(algorithm->algorithm) == NID_sha256 &&
	       ASN1_STRING_length(digest) == VV_SHA256_LEN &&
	       memcmp(ASN1_STRING_get0_data(digest), sha256, VV_SHA256_LEN) == 0;
}

static vv_status read_info(vv_timestamp *out, PKCS7 *token, const uint8_t sha256[VV_SHA256_LEN],
			   vv_error *err)
{
	int64_t late;
	vv_status rc;

	*out = (vv_timestamp){0};
	if (!PKCS7_type_is_signed(token) || PKCS7_get_detached(token)) return no_token(err);
	if ((rc = check_attributes(token, err)) < 0) return rc;
	vv_auto(TS_TST_INFO) *info = PKCS7_to_TS_TST_INFO(token);
	if (!info) return no_token(err);
	if (!read_time(&out->time, TS_TST_INFO_get_time(info))) {
		return vv_fail(err, VV_ECORRUPT, "the time in the time-stamp token is not valid");
	}
	if (!read_accuracy(&late, TS_TST_INFO_get_accuracy(info))) {
		return vv_fail(err, VV_ECORRUPT,
			       "the accuracy of the time-stamp token is not between 0 and 86,400 "
			       "seconds");
	}
	if (has_critical_extension(info)) {
		return vv_fail(err, VV_ECORRUPT,
			       "the time-stamp token has an unknown critical extension");
	}
	out->latest = out->time + late;
	read_authority(out, token);
	return is_sha256(TS_TST_INFO_get_msg_imprint(info), sha256)
		       ? VV_OK
		       : vv_fail(err, VV_ECORRUPT, "the time-stamp token is for other bytes");
}

/* --- checking ------------------------------------------------------------------------------------- */

/* OpenSSL's reason of a failed check. It checks the certificate before the signature. */
static vv_status refuse_token(vv_error *err)
{
	const char *data = NULL;
	int flags = 0;
	const unsigned long code = ERR_peek_last_error_data(&data, &flags);
	const bool stranger = ERR_GET_LIB(code) == ERR_LIB_TS &&
			      ERR_GET_REASON(code) == TS_R_CERTIFICATE_VERIFY_ERROR;
	const char *reason = ERR_reason_error_string(code);

	if (!stranger) {
		return vv_fail(err, VV_ECORRUPT,
			       "the signature of the time-stamp token is false: %s",
			       vv_text_shows(reason ? reason : "unknown"));
	}
	if (!data || !(flags & ERR_TXT_STRING)) {
		return vv_fail(err, VV_EREFUSED, "no named authority signed the time-stamp token");
	}
	return vv_fail(err, VV_EREFUSED, "no named authority signed the time-stamp token: %s",
		       vv_text_shows(data));
}

static vv_status check_signature(PKCS7 *token, const vv_timestamp *says, const vv_authorities *a,
				 vv_error *err)
{
	vv_auto(TS_VERIFY_CTX) *ctx = TS_VERIFY_CTX_new();
	X509_STORE *store = ctx ? make_store(a, says->time) : NULL;

	if (!store) return vv_fail_nomem(err);
	(void)TS_VERIFY_CTX_set_store(ctx, store); /* owned by ctx from now on */
	(void)TS_VERIFY_CTX_set_flags(ctx, TS_VFY_SIGNATURE | TS_VFY_VERSION | TS_VFY_SIGNER);
	ERR_clear_error();
	if (TS_RESP_verify_token(ctx, token) != 1) return refuse_token(err);
	if (has_weak_digest(token)) {
		return vv_fail(err, VV_EREFUSED,
			       "the time-stamp token is signed with a digest that is too weak");
	}
	return VV_OK;
}

static vv_status check_token(vv_timestamp *out, PKCS7 *token, const uint8_t sha256[VV_SHA256_LEN],
			     const vv_authorities *a, vv_error *err)
{
	vv_status rc = read_info(out, token, sha256, err);

	if (rc == VV_OK && a) {
		rc = check_signature(token, out, a, err);
	}
	ERR_clear_error();
	return rc;
}

vv_status vv_timestamp_check(vv_timestamp *out, const void *token, size_t len,
			     const uint8_t sha256[VV_SHA256_LEN], const vv_authorities *authorities,
			     vv_error *err)
{
	const unsigned char *at = token, *end = at + len;
	vv_auto(PKCS7) *parsed = len <= VV_TIMESTAMP_MAX ? d2i_PKCS7(NULL, &at, (long)len) : NULL;

	*out = (vv_timestamp){0};
	ERR_clear_error();
	if (!parsed || at != end) return no_token(err);
	return check_token(out, parsed, sha256, authorities, err);
}

/* --- asking --------------------------------------------------------------------------------------- */

static vv_status unusable_request(vv_error *err)
{
	ERR_clear_error();
	return vv_fail(err, VV_ENOSUPPORT, "OpenSSL cannot make a request for a time stamp");
}

/* A number that no answer to an earlier request has. */
static ASN1_INTEGER *make_nonce(void)
{
	vv_auto(ASN1_INTEGER) *nonce = ASN1_INTEGER_new();
	unsigned char bytes[NONCE_BYTES];
	uint64_t number = 0;

	if (!nonce || RAND_bytes(bytes, sizeof(bytes)) != 1) return NULL;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		number = number << 8 | bytes[i];
	}
	number = number >> 1 | UINT64_C(1) << 62; /* positive, and of one length */
	return ASN1_INTEGER_set_uint64(nonce, number) == 1 ? vv_take(&nonce) : NULL;
}

static bool fill_request(TS_REQ *request, const uint8_t sha256[VV_SHA256_LEN])
{
	vv_auto(TS_MSG_IMPRINT) *imprint = TS_MSG_IMPRINT_new();
	vv_auto(X509_ALGOR) *algorithm = X509_ALGOR_new();
	vv_auto(ASN1_INTEGER) *nonce = make_nonce();

	if (!imprint || !algorithm || !nonce) return false;
	if (X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) != 1) {
		return false;
	}
	return TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
	       TS_MSG_IMPRINT_set_msg(imprint, (unsigned char *)(uintptr_t)sha256, VV_SHA256_LEN) ==
		       1 &&
	       TS_REQ_set_version(request, 1) == 1 &&
	       TS_REQ_set_msg_imprint(request, imprint) == 1 &&
	       TS_REQ_set_nonce(request, nonce) == 1 && TS_REQ_set_cert_req(request, 1) == 1;
}

vv_status vv_timestamp_ask(vv_buf *out, const uint8_t sha256[VV_SHA256_LEN], vv_error *err)
{
	vv_auto(TS_REQ) *request = TS_REQ_new();
	unsigned char *der = NULL;

	if (!request || !fill_request(request, sha256)) return unusable_request(err);
	const int len = i2d_TS_REQ(request, &der);
	if (len <= 0) return unusable_request(err);
	vv_buf_put(out, der, (size_t)len);
	OPENSSL_free(der);
	return vv_buf_ok(out, err);
}

/* The words of an authority that refuses. */
static vv_status put_refusal(TS_STATUS_INFO *status, vv_error *err)
{
	const STACK_OF(ASN1_UTF8STRING) *words = TS_STATUS_INFO_get0_text(status);
	const ASN1_UTF8STRING *first = sk_ASN1_UTF8STRING_num(words) > 0
					       ? sk_ASN1_UTF8STRING_value(words, 0)
					       : NULL;

	if (!first) return vv_fail(err, VV_EREJECTED, "the authority refused the request");
	return vv_fail(err, VV_EREJECTED, "the authority refused the request: %s",
		       vv_text_show((const char *)ASN1_STRING_get0_data(first),
				    (size_t)ASN1_STRING_length(first)));
}

/* Is the token for this request: does it have its nonce? */
static bool has_nonce(PKCS7 *token, const TS_REQ *request)
{
	vv_auto(TS_TST_INFO) *info = PKCS7_to_TS_TST_INFO(token);
	const ASN1_INTEGER *nonce = info ? TS_TST_INFO_get_nonce(info) : NULL;

	ERR_clear_error();
	return nonce && ASN1_INTEGER_cmp(nonce, TS_REQ_get_nonce(request)) == 0;
}

static vv_status put_token(vv_buf *out, PKCS7 *token, vv_error *err)
{
	unsigned char *der = NULL;
	const int len = i2d_PKCS7(token, &der);

	if (len <= 0) return no_token(err);
	vv_buf_put(out, der, (size_t)len);
	OPENSSL_free(der);
	if ((size_t)len > VV_TIMESTAMP_MAX) {
		return vv_fail(err, VV_EREFUSED, "the time-stamp token has more than %zu bytes",
			       VV_TIMESTAMP_MAX);
	}
	return vv_buf_ok(out, err);
}

vv_status vv_timestamp_take(vv_buf *out, vv_timestamp *says, const vv_buf *request,
			    const vv_buf *answer, const vv_authorities *authorities, vv_error *err)
{
	const unsigned char *asked = (const unsigned char *)vv_buf_cstr(request),
			    *at = (const unsigned char *)vv_buf_cstr(answer),
			    *end = at + answer->len;
	vv_auto(TS_REQ) *of = d2i_TS_REQ(NULL, &asked, (long)request->len);
	vv_auto(TS_RESP) *parsed = d2i_TS_RESP(NULL, &at, (long)answer->len);
	TS_STATUS_INFO *status = parsed ? TS_RESP_get_status_info(parsed) : NULL;
	vv_status rc;

	ERR_clear_error();
	if (!of) return unusable_request(err);
	if (!status || at != end) {
		return vv_fail(err, VV_ECORRUPT,
			       "the answer is not that of a time-stamp authority");
	}
	PKCS7 *token = TS_RESP_get_token(parsed);
	const long code = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status));
	if (code != TS_STATUS_GRANTED && code != TS_STATUS_GRANTED_WITH_MODS) {
		return put_refusal(status, err);
	}
	if (!token) return no_token(err);
	const uint8_t *digest = ASN1_STRING_get0_data(
		TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(of)));
	if ((rc = check_token(says, token, digest, authorities, err)) < 0) return rc;
	if (!has_nonce(token, of)) {
		return vv_fail(err, VV_ECORRUPT,
			       "the time-stamp token answers another request: its nonce differs");
	}
	return put_token(out, token, err);
}
