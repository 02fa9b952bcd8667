/*
 * s3_place: requests to S3 stores, and their errors in words.
 *
 * A CID has the digest that a signature covers, so an object named by its CID is not hashed twice, and a store
 * refuses other bytes. A PUT replaces an object as a whole; two writers of one name write the same bytes.
 */
#include "transport/places/place_kinds.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/auto.h"
#include "base/codec.h"
#include "base/env.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "transport/http/curl.h"
#include "transport/http/site.h"
#include "transport/line/url.h"
#include "transport/places/place_quota.h"
#include "transport/places/s3_answer.h"
#include "transport/places/s3_profile.h"
#include "transport/places/s3_sign.h"
#include "transport/places/s3_sources.h"

/* s3_url: the names of AWS's own endpoints, and the characters of a path under a signature. */

/* Strings are owned (s3_url_clear). */
typedef struct vv_s3_url {
	char *name; /* the URL, for messages */
	char *bucket;
	char *prefix; /* "" or "a/b/" */
	char *region;
	bool assumed; /* the region is not set */
	char *base; /* of all requests, without a slash at its end: "https://bucket.s3.eu-west-1.amazonaws.com" */
	char *host; /* of the endpoint, without the bucket */
} vv_s3_url;
static void s3_url_clear(vv_s3_url *p)
{
	vv_free_all(p->name, p->bucket, p->prefix, p->region, p->base, p->host);
	memset(p, 0, sizeof(*p));
}

#define PREFIX_MAX 512u
#define REGION_MAX 40u

static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

typedef struct parameters {
	char *endpoint, *region, *style;
} parameters;

static void parameters_clear(parameters *p)
{
	vv_free_all(p->endpoint, p->region, p->style);
}
VV_AUTO_CLEAR(parameters, parameters_clear)

static vv_status take_parameter(parameters *out, const char *text, size_t len, vv_error *err)
{
	const struct {
		const char *name;
		char **member;
	} known[] = {
		{"endpoint", &out->endpoint}, {"region", &out->region}, {"style", &out->style}};
	const char *equals = memchr(text, '=', len);
	const size_t name_len = equals ? (size_t)(equals - text) : len;
	vv_auto(vv_buf) value = VV_BUF_INIT;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strlen(known[i].name) != name_len ||
		    memcmp(known[i].name, text, name_len) != 0) {
			continue;
		}
		if (*known[i].member) {
			return vv_fail(err, VV_EUSAGE, "the s3 URL has '%s' twice", known[i].name);
		}
		if (!equals || !vv_percent_read(&value, equals + 1, len - name_len - 1) ||
		    value.len == 0) {
			return vv_fail(err, VV_EUSAGE, "the s3 URL has no valid value for '%s'",
				       known[i].name);
		}
		*known[i].member = vv_buf_detach(&value);
		return *known[i].member ? VV_OK : vv_fail_nomem(err);
	}
	/* The value is not shown: it may be a secret put there by mistake. */
	return vv_fail(err, VV_EUSAGE,
		       "an s3 URL has no parameter '%s'\nthe parameters are endpoint=URL, "
		       "region=NAME and style=path or virtual; set keys in the environment or in "
		       "~/.aws/credentials",
		       vv_text_show(text, name_len));
}

static vv_status read_parameters(parameters *out, const char *query, vv_error *err)
{
	vv_status rc;

	while (query && *query) {
		const size_t len = strcspn(query, "&");
		if ((rc = take_parameter(out, query, len, err)) < 0) return rc;
		query += len + (query[len] == '&');
	}
	return VV_OK;
}

/* Only characters that need no encoding: stores sign others differently. */
static vv_status take_prefix(vv_s3_url *out, const vv_url *url, vv_error *err)
{
	const char *path = url->path + strspn(url->path, "/");
	vv_buf b = VV_BUF_INIT;

	for (const char *p = path; *p; p++) {
		if (*p == '/' ? p[1] == '/' || !p[1] : !strchr(plain, *p)) {
			return vv_fail(
				err, VV_EUSAGE,
				"the prefix '%s' in an s3 URL is not valid\nit may have letters, digits, '.', '_', '-' and single '/'",
				vv_text_shows(path));
		}
	}
	if (strlen(path) > PREFIX_MAX) {
		return vv_fail(err, VV_EUSAGE, "the prefix in an s3 URL is longer than %u bytes",
			       PREFIX_MAX);
	}
	if (*path) {
		vv_buf_printf(&b, "%s/", path);
	}
	out->prefix = vv_buf_detach(&b);
	return out->prefix ? VV_OK : vv_fail_nomem(err);
}

static vv_status take_region(vv_s3_url *out, const char *given, const vv_env *env,
			     const vv_s3_profile *profile, const char *answered, vv_error *err)
{
	const char *region = given ? given : vv_env_get(env, "AWS_REGION");

	region = region && *region ? region : vv_env_get(env, "AWS_DEFAULT_REGION");
	region = region && *region ? region : profile->region;
	out->assumed = !region;
	if (!region) {
		region = answered ? answered : "us-east-1";
	}
	if (strlen(region) > REGION_MAX || region[strspn(region, plain)]) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is not the name of a region\nwrite a name such as eu-west-1; "
			       "many stores accept us-east-1",
			       vv_text_shows(region));
	}
	out->region = vv_strdup(region);
	return out->region ? VV_OK : vv_fail_nomem(err);
}

static vv_status endpoint_url(vv_url *u, const vv_s3_url *out, const char *given, vv_error *err)
{
	const bool china = strncmp(out->region, "cn-", 3) == 0;
	vv_auto(vv_buf) own = VV_BUF_INIT;
	vv_status rc;

	if (!given) {
		vv_buf_printf(&own, "https://s3.%s.amazonaws.com%s", out->region,
			      china ? ".cn" : "");
	}
	if ((rc = vv_buf_ok(&own, err)) < 0) return rc;
	rc = vv_url_read(u, given ? given : vv_buf_cstr(&own), err);
	if (rc < 0) return vv_prefix(err, "the S3 endpoint");
	if (u->kind != VV_URL_HTTP || u->user || *u->path) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is not an S3 endpoint\nwrite https://host or "
			       "https://host:port, without a path",
			       u->text);
	}
	return VV_OK;
}

static vv_status put_base(vv_s3_url *out, const vv_url *endpoint, bool virtual_style, vv_error *err)
{
	vv_auto(vv_buf) site = VV_BUF_INIT;
	vv_buf base = VV_BUF_INIT;
	const char *host;
	vv_status rc;

	http_put_site(&site, endpoint);
	if ((rc = vv_buf_ok(&site, err)) == VV_OK) {
		host = strstr(vv_buf_cstr(&site), "://") + 3;
		if (virtual_style) {
			vv_buf_put(&base, site.data, (size_t)(host - site.data));
			vv_buf_printf(&base, "%s.%s", out->bucket, host);
		} else {
			vv_buf_printf(&base, "%s/%s", vv_buf_cstr(&site), out->bucket);
		}
		out->base = vv_buf_detach(&base);
		rc = out->base ? VV_OK : vv_fail_nomem(err);
	}
	return rc;
}

/* As AWS's own programs read it. */
static const char *endpoint_of(const vv_env *env, const vv_s3_profile *profile)
{
	static const char *const names[] = {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"};
	const char *ignored = vv_env_get(env, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");

	if (ignored && strcmp(ignored, "true") == 0) return NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = vv_env_get(env, names[i]);
		if (value && *value) return value;
	}
	return profile->endpoint;
}

static vv_status take_endpoint(vv_s3_url *out, const parameters *p, const vv_env *env,
			       const vv_s3_profile *profile, vv_error *err)
{
	const char *endpoint = p->endpoint ? p->endpoint : endpoint_of(env, profile);
	/* A certificate is for one name below the endpoint's, not for one with dots. */
	bool virtual_style = !endpoint && !strchr(out->bucket, '.');
	vv_auto(vv_url) u = {0};
	vv_status rc;

	if (p->style && strcmp(p->style, "path") != 0 && strcmp(p->style, "virtual") != 0) {
		return vv_fail(err, VV_EUSAGE,
			       "the style in the s3 URL is '%s', expected path or virtual",
			       vv_text_shows(p->style));
	}
	virtual_style = p->style ? strcmp(p->style, "virtual") == 0 : virtual_style;
	if ((rc = endpoint_url(&u, out, endpoint, err)) < 0 ||
	    (rc = put_base(out, &u, virtual_style, err)) < 0) {
		return rc;
	}
	out->host = vv_strdup(u.host);
	return out->host ? VV_OK : vv_fail_nomem(err);
}

/* answered: the region that the bucket itself named, used if none is set; or NULL. The caller clears *out, also on
 * failure. */
static vv_status s3_url_read(vv_s3_url *out, const vv_url *url, const vv_env *env,
			     const char *answered, vv_error *err)
{
	vv_auto(parameters) p = {0};
	vv_auto(vv_s3_profile) profile = {0};
	vv_status rc;

	*out = (vv_s3_url){.name = vv_strdup(url->text), .bucket = vv_strdup(url->host)};
	if (!out->name || !out->bucket) return vv_fail_nomem(err);
	if ((rc = read_parameters(&p, url->query, err)) < 0 ||
	    (rc = vv_s3_profile_read(&profile, env, NULL, err)) < 0 ||
	    (rc = take_prefix(out, url, err)) < 0 ||
	    (rc = take_region(out, p.region, env, &profile, answered, err)) < 0) {
		return rc;
	}
	return take_endpoint(out, &p, env, &profile, err);
}

#define LIST_MAX ((size_t)16 << 20) /* a page: 1,000 keys of at most 1,024 characters */
#define ERROR_MAX ((size_t)64 << 10)
#define RENEW_PAUSE_SEC 30
#define RENEW_SEC 600   /* before keys end: a large object is sent under one signature */
#define PAGES_FREE 200u /* pages beyond one for each 100 entries */
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"

typedef struct s3 {
	vv_s3_url at;
	vv_s3_key key;
	vv_mutex *lock; /* for the key: keys that end are replaced */
	vv_connect_options connect;
	int64_t renewed; /* when that was tried last */
	http_site *site;
	vv_place_quota quota;
	const vv_place_mark *mark;
	vv_buf marked; /* how it begins there */
	vv_hint_id full;
	bool payer;     /* requests are paid for by who makes them */
	bool anonymous; /* and are not signed */
	bool opening;
	char *answered; /* while it is opened: the region that the bucket named; NULL */
} s3;

/* --- errors ------------------------------------------------------------------------- */

static vv_status wrong_region(s3 *s, const vv_s3_error *e, const http_answer *a, vv_error *err)
{
	const char *region = e->region[0] ? e->region : a->region;

	if (!*region || strcmp(region, s->at.region) == 0) {
		return vv_fail(err, VV_EIO,
			       "'%s': the bucket is not at this endpoint (%s%s%s)\ncheck the "
			       "endpoint, and the region '%s'",
			       s->at.name, vv_text_shows(e->code), *e->message ? ": " : "",
			       vv_text_shows(e->message), s->at.region);
	}
	if (s->opening) {
		vv_free(s->answered);
		s->answered = vv_strdup(region);
	}
	return vv_fail(err, VV_EIO,
		       "'%s': the bucket is in the region '%s', not '%s'\nset region=%s in the URL",
		       s->at.name, vv_text_shows(region), s->at.region, vv_text_shows(region));
}

#define CLOCK "%Y-%m-%d %H:%M:%S UTC"

static vv_status wrong_clock(const s3 *s, const http_answer *a, vv_error *err)
{
	const int64_t now = vv_now_sec();
	if (a->date > 0 && now != a->date) {
		vv_fail(err, VV_EIO,
			"'%s': this machine's clock is %s %s the store's clock: %s here, %s there",
			s->at.name,
			vv_text_counted((uint64_t)(now > a->date ? now - a->date : a->date - now),
					"second", NULL),
			now > a->date ? "ahead of" : "behind", vv_text_time(now, CLOCK),
			vv_text_time(a->date, CLOCK));
	} else {
		vv_fail(err, VV_EIO,
			"'%s': this machine's clock differs too much from the store's "
			"clock",
			s->at.name);
	}
	return vv_hint(err, "set this machine's clock: S3 rejects requests if the clocks differ by "
			    "more than 15 minutes");
}

#define FULL "it is full"

/* Errors of S3 by their codes: meaning and hint. NULL: the store's message suffices. */
static const struct saying {
	const char *code;
	vv_status status;
	const char *what, *hint;
} sayings[] = {
	{"AccessDenied", VV_EREFUSED, "the store denies access",
	 "the key needs s3:ListBucket on the bucket, and s3:GetObject, PutObject and DeleteObject "
	 "below the prefix"},
	{"InvalidAccessKeyId", VV_EAUTH, "the store does not have the access key",
	 "check AWS_ACCESS_KEY_ID or the profile in AWS_PROFILE: the key belongs to another store, "
	 "or was deleted"},
	{"SignatureDoesNotMatch", VV_EAUTH, "the store does not accept the signature",
	 "check that the secret key belongs to the access key, and check the region; a proxy may "
	 "also change requests"},
	{"ExpiredToken", VV_EAUTH, "the session token has expired",
	 "get new credentials (AWS_SESSION_TOKEN)"},
	{"InvalidToken", VV_EAUTH, "the store does not accept the session token",
	 "get new credentials (AWS_SESSION_TOKEN)"},
	{"NoSuchBucket", VV_EIO, "no such bucket",
	 "varve does not create buckets: create the bucket at the store first"},
	{"InvalidBucketName", VV_EIO, "a bucket cannot have that name", NULL},
	{"SlowDown", VV_EIO, "the store repeatedly requested a slower rate",
	 "try again later, or with --limit-rate"},
	{"ServiceUnavailable", VV_EIO, "the store is not available", "try again later"},
	{"InternalError", VV_EIO, "the store has an internal error", "try again later"},
	{"RequestTimeout", VV_EIO, "the store timed out waiting for the upload", "try again later"},
	{"QuotaExceeded", VV_EREFUSED, FULL, NULL},
	{"XMinioStorageFull", VV_EREFUSED, FULL, NULL},
	{"InvalidObjectState", VV_EIO,
	 "the object is in an archive, and cannot be read immediately",
	 "use a storage class whose objects can be read immediately"},
	{"XAmzContentSHA256Mismatch", VV_EIO, "the data changed on the way to the store",
	 "try again; if this happens again, check for a proxy that changes requests"},
	{"MethodNotAllowed", VV_EIO, "the store does not support this request",
	 "check that the address is an S3 endpoint"},
};

static vv_status explain_error(s3 *s, const vv_s3_error *e, const http_answer *a, vv_error *err)
{
	if (strcmp(e->code, "NoSuchKey") == 0) {
		return vv_fail(err, VV_ENOTFOUND, "'%s': no such object", s->at.name);
	}
	if (strcmp(e->code, "PermanentRedirect") == 0 ||
	    strcmp(e->code, "TemporaryRedirect") == 0 ||
	    strcmp(e->code, "AuthorizationHeaderMalformed") == 0 ||
	    strcmp(e->code, "IllegalLocationConstraintException") == 0) {
		return wrong_region(s, e, a, err);
	}
	if (strcmp(e->code, "RequestTimeTooSkewed") == 0) return wrong_clock(s, a, err);
	if (s->anonymous && strcmp(e->code, "AccessDenied") == 0) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s': the store denies access without a key (AccessDenied)\nset "
			       "varve.s3Anonymous to false to use a key",
			       s->at.name);
	}
	for (size_t i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++) {
		const struct saying *is = &sayings[i];
		if (strcmp(e->code, is->code) == 0) {
			vv_fail(err, is->status, "'%s': %s (%s)", s->at.name, is->what, e->code);
			if (strcmp(is->what, FULL) == 0) return vv_hint_code(err, s->full);
			return is->hint ? vv_hint(err, "%s", is->hint) : is->status;
		}
	}
	return vv_fail(err, VV_EIO, "'%s': status %u, %s: %s", s->at.name, a->status,
		       vv_text_shows(e->code), vv_text_shows(e->message));
}

/* Checks the answer. Some stores send an error with the status 200. */
static vv_status judge_answer(s3 *s, const http_answer *a, vv_error *err)
{
	const bool fine = a->status == 200 || a->status == 204 || a->status == 206;
	vv_s3_error e;

	if (a->body.len > 0 && a->body.data[0] == '<' &&
	    vv_s3_error_read(&e, a->body.data, a->body.len)) {
		return explain_error(s, &e, a, err);
	}
	if (fine) return VV_OK;
	if (a->status == 301 || a->status == 307) {
		memset(&e, 0, sizeof(e));
		(void)snprintf(e.code, sizeof(e.code), "status %u", a->status);
		return wrong_region(s, &e, a, err);
	}
	if (a->status == 429 || a->status >= 500) {
		return vv_fail(err, VV_EIO,
			       "'%s': the store is not available (HTTP status %u)\ntry again later",
			       s->at.name, a->status);
	}
	return vv_fail(
		err, VV_EIO,
		"'%s': the server answered with the HTTP status %u, but not as an S3 store "
		"does\ncheck the endpoint: it must be the address of the S3 API, not of a web "
		"page; a proxy may also have answered",
		s->at.name, a->status);
}

/* --- requests -------------------------------------------------------------------------------- */

static const char empty_digest[] =
	"x-amz-content-sha256: "
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/* Under the lock. Gets keys again from the service or program that issued them; without new ones the current ones are used
 * until they are refused. */
static void renew_key(s3 *s)
{
	vv_s3_key fresh;

	if (vv_s3_key_find(&fresh, &s->connect, s->at.region, VV_IGNORED) == VV_OK) {
		vv_s3_key_clear(&s->key);
		s->key = fresh;
	}
}

/* Does the answer report expired keys, before their own expiration time? */
static bool is_expired(s3 *s, const http_answer *a)
{
	vv_s3_error e;

	return s->key.token && (a->status == 400 || a->status == 403) &&
	       vv_s3_error_read(&e, vv_buf_cstr(&a->body), a->body.len) &&
	       strcmp(e.code, "ExpiredToken") == 0;
}

/* Buckets with object lock require it. Without MD5 (FIPS) it is left out: the signature has the SHA-256. */
static vv_status put_md5(vv_buf *line, const http_ask *what, vv_error *err)
{
	vv_auto(vv_digest) *d = NULL;
	uint8_t md5[VV_MD5_LEN];

	if (!what->body || vv_digest_new(&d, VV_DIGEST_MD5, VV_IGNORED) < 0 ||
	    vv_digest_update(d, what->body, what->body_len, VV_IGNORED) < 0 ||
	    vv_digest_end(d, md5, VV_IGNORED) < 0) {
		return VV_OK;
	}
	vv_buf_puts(line, "Content-MD5: ");
	vv_base64_put(line, md5, sizeof(md5), true);
	return vv_buf_ok(line, err);
}

/* One signed request. url is taken; digest is the line of the body's digest. */
static vv_status ask_store(s3 *s, http_ask *what, vv_buf *url, const char *digest,
			   http_answer *answer, vv_error *err)
{
	const char *headers[4] = {digest};
	vv_auto(vv_buf) md5 = VV_BUF_INIT;
	vv_status rc = put_md5(&md5, what, err);

	what->headers = headers;
	what->header_count = 1;
	if (md5.len > 0) {
		headers[what->header_count++] = md5.data;
	}
	if (what->body) {
		headers[what->header_count++] = "Content-Type: application/octet-stream";
	}
	if (s->payer) {
		headers[what->header_count++] = "x-amz-request-payer: requester";
	}
	what->url = vv_buf_cstr(url);
	if (rc == VV_OK && (rc = vv_buf_ok(url, err)) == VV_OK) {
		rc = http_site_ask(s->site, what, answer, err);
	}
	if (rc == VV_OK && is_expired(s, answer)) {
		vv_mutex_lock(s->lock);
		renew_key(s);
		vv_mutex_unlock(s->lock);
		rc = http_site_ask(s->site, what, answer, err);
	}
	vv_buf_clear(url);
	return rc;
}

static void put_object_url(const s3 *s, vv_buf *url, const char *name)
{
	vv_buf_printf(url, "%s/%s%s", s->at.base, s->at.prefix, name);
}

/* --- one object ------------------------------------------------------------------------------ */

static vv_status s3_get(void *payload, const char *name, uint64_t from, uint64_t len, vv_buf *out,
			vv_error *err)
{
	s3 *s = payload;
	vv_auto(http_answer) a = {0};
	vv_buf url = VV_BUF_INIT;
	vv_status rc;

	put_object_url(s, &url, name);
	/* An error is longer than a few bytes. */
	http_ask what = {
		.method = "GET", .from = from, .len = len, .answer_max = (size_t)len + ERROR_MAX};
	if ((rc = ask_store(s, &what, &url, empty_digest, &a, err)) < 0) return rc;
	if (a.status == 416) { /* after its end */
		return rc;
	}
	if ((rc = judge_answer(s, &a, err)) < 0) return rc;
	vv_buf_put(out, vv_buf_cstr(&a.body), a.body.len < len ? a.body.len : (size_t)len);
	return vv_buf_ok(out, err);
}

/* The line with the body's digest: from the CID, if the object is named by one. */
static vv_status put_digest(vv_buf *line, const char *name, const void *bytes, size_t len,
			    vv_error *err)
{
	const char *slash = strrchr(name, '/');
	vv_cid cid;

	if (!slash || vv_cid_parse(&cid, slash + 1, strlen(slash + 1), VV_IGNORED) < 0) {
		return vv_s3_put_digest(line, bytes, len, err);
	}
	vv_buf_puts(line, "x-amz-content-sha256: ");
	vv_hex_put(line, cid.digest, sizeof(cid.digest));
	return vv_buf_ok(line, err);
}

static vv_status put_object(s3 *s, const char *name, const void *bytes, size_t len, vv_error *err)
{
	http_ask what = {.method = "PUT", .body = bytes, .body_len = len, .answer_max = ERROR_MAX};
	vv_auto(vv_buf) url = VV_BUF_INIT;
	vv_auto(vv_buf) digest = VV_BUF_INIT;
	vv_auto(http_answer) a = {0};
	vv_status rc;

	put_object_url(s, &url, name);
	if ((rc = put_digest(&digest, name, bytes, len, err)) < 0) return rc;
	if ((rc = ask_store(s, &what, &url, vv_buf_cstr(&digest), &a, err)) == VV_OK) {
		rc = judge_answer(s, &a, err);
		/* A PUT cannot fail with "not found". */
		rc = rc == VV_ENOTFOUND ? vv_recode(err, VV_EIO) : rc;
	}
	return rc;
}

static vv_status s3_remove(void *payload, const char *name, vv_error *err)
{
	s3 *s = payload;
	http_ask what = {.method = "DELETE", .answer_max = ERROR_MAX};
	vv_buf url = VV_BUF_INIT;
	vv_auto(http_answer) a = {0};
	vv_status rc;

	s->quota.counted = false;
	put_object_url(s, &url, name);
	if ((rc = ask_store(s, &what, &url, empty_digest, &a, err)) == VV_OK) {
		rc = judge_answer(s, &a, err);
	}
	return rc;
}

/* --- lists ----------------------------------------------------------------------------------- */

typedef struct listing {
	const char *prefix; /* of the request */
	size_t prefix_len;
	uint64_t entries; /* so far */
	vv_listed_fn fn;
	void *to;
} listing;

static vv_status on_entry(void *payload, const vv_listed *e, vv_error *err)
{
	listing *l = payload;
	char name[256];

	l->entries++;
	if (strncmp(e->name, l->prefix, l->prefix_len) != 0) {
		return VV_OK; /* not requested */
	}
	const char *key = e->name + l->prefix_len;
	size_t len = strlen(key);
	if (e->size == UINT64_MAX && len > 0 && key[len - 1] == '/') {
		len--;
	}
	if (len == 0 || len >= sizeof(name) || memchr(key, '/', len)) return VV_OK;
	memcpy(name, key, len);
	name[len] = '\0';
	const vv_listed below = {name, e->size, e->modified};
	return l->fn(l->to, &below, err);
}

/* The query's parameters are ordered by name, as the signature requires. */
static void put_list_url(const s3 *s, vv_buf *url, const char *prefix, const vv_buf *token)
{
	vv_buf_printf(url, "%s/?", s->at.base);
	if (token->len > 0) {
		vv_buf_puts(url, "continuation-token=");
		vv_percent_put(url, token->data, token->len, PLAIN);
		vv_buf_putc(url, '&');
	}
	vv_buf_puts(url, "delimiter=%2F&list-type=2&max-keys=1000&prefix=");
	vv_percent_put(url, prefix, strlen(prefix), PLAIN);
}

static vv_status list_pages(s3 *s, listing *l, vv_error *err)
{
	vv_auto(vv_buf) token = VV_BUF_INIT, next = VV_BUF_INIT;
	vv_auto(http_answer) a = {0};
	vv_status rc = VV_OK;
	bool more = true;

	for (uint64_t pages = 0; rc == VV_OK && more; pages++) {
		http_ask what = {.method = "GET", .answer_max = LIST_MAX};
		vv_buf url = VV_BUF_INIT;
		put_list_url(s, &url, l->prefix, &token);
		if ((rc = ask_store(s, &what, &url, empty_digest, &a, err)) < 0 ||
		    (rc = judge_answer(s, &a, err)) < 0) {
			break;
		}
		rc = vv_s3_list_read(vv_buf_cstr(&a.body), a.body.len, on_entry, l, &next, err);
		more = next.len > 0;
		if (rc == VV_ECORRUPT) {
			vv_prefix(err, "'%s'", s->at.name);
		} else if (rc == VV_OK && more &&
			   (l->entries > VV_PLACE_ENTRIES_MAX ||
			    pages > PAGES_FREE + l->entries / 100 ||
			    (next.len == token.len &&
			     memcmp(next.data, token.data, next.len) == 0))) {
			rc = vv_fail(err, VV_EIO, "'%s': the store sends its list without end",
				     s->at.name);
		}
		vv_buf_set(&token, vv_buf_cstr(&next), next.len);
		rc = rc == VV_OK ? vv_buf_ok(&token, err) : rc;
	}
	return rc;
}

static vv_status s3_list(void *payload, const char *folder, vv_listed_fn fn, void *to,
			 vv_error *err)
{
	s3 *s = payload;
	vv_auto(vv_buf) prefix = VV_BUF_INIT;
	vv_status rc;

	vv_buf_printf(&prefix, "%s%s%s", s->at.prefix, folder, *folder ? "/" : "");
	if ((rc = vv_buf_ok(&prefix, err)) == VV_OK) {
		listing l = {.prefix = vv_buf_cstr(&prefix),
			     .prefix_len = prefix.len,
			     .fn = fn,
			     .to = to};
		rc = list_pages(s, &l, err);
	}
	return rc;
}

/* --- old versions ---------------------------------------------------------------------------- */

typedef struct old_listing {
	const char *prefix, *folder; /* the second: its part below the place */
	size_t prefix_len;
	uint64_t entries;
	vv_old_object_fn fn;
	void *to;
} old_listing;

static vv_status on_old(void *payload, const vv_old_object *o, vv_error *err)
{
	old_listing *l = payload;
	char name[256];

	l->entries++;
	if (strncmp(o->name, l->prefix, l->prefix_len) != 0) return VV_OK;
	const char *rest = o->name + l->prefix_len;
	const int len = snprintf(name, sizeof(name), "%s%s%s", l->folder, *l->folder ? "/" : "",
				 rest);
	if (!*rest || strchr(rest, '/') || len < 0 || (size_t)len >= sizeof(name)) return VV_OK;
	const vv_old_object below = {name, o->version, o->size};
	return l->fn(l->to, &below, err);
}

/* Where the list is refused: a bucket that keeps versions answers with a delete marker, also for an object that never was. */
static vv_status ask_for_marker(s3 *s, vv_error *err)
{
	http_ask what = {.method = "DELETE", .answer_max = ERROR_MAX};
	vv_buf url = VV_BUF_INIT;
	vv_auto(http_answer) a = {0};
	vv_status rc;

	put_object_url(s, &url, "gc-old-versions");
	if ((rc = ask_store(s, &what, &url, empty_digest, &a, err)) < 0) return rc;
	if (strcmp(a.hidden, "true") != 0) {
		return vv_fail(err, VV_ENOSUPPORT, "'%s' keeps no old versions", s->at.name);
	}
	return vv_fail(err, VV_EREFUSED, "'%s' does not list old versions of objects", s->at.name);
}

static void put_old_url(const s3 *s, vv_buf *url, const char *prefix, const vv_buf *key,
			const vv_buf *version)
{
	vv_buf_printf(url, "%s/?delimiter=%%2F", s->at.base);
	if (key->len > 0) {
		vv_buf_puts(url, "&key-marker=");
		vv_percent_put(url, key->data, key->len, PLAIN);
	}
	vv_buf_puts(url, "&max-keys=1000&prefix=");
	vv_percent_put(url, prefix, strlen(prefix), PLAIN);
	if (version->len > 0) {
		vv_buf_puts(url, "&version-id-marker=");
		vv_percent_put(url, version->data, version->len, PLAIN);
	}
	vv_buf_puts(url, "&versions=");
}

/* Stores without versions refuse the list, or send another one. */
static bool is_list_unknown(const http_answer *a)
{
	return a->status == 400 || a->status == 403 || a->status == 405 || a->status == 501 ||
	       (a->status == 200 && strstr(vv_buf_cstr(&a->body), "<ListBucketResult"));
}

static vv_status list_old_pages(s3 *s, old_listing *l, vv_error *err)
{
	vv_auto(vv_buf) key = VV_BUF_INIT, version = VV_BUF_INIT;
	vv_auto(vv_buf) next_key = VV_BUF_INIT, next_version = VV_BUF_INIT;
	vv_auto(http_answer) a = {0};
	vv_status rc;

	for (;;) {
		http_ask what = {.method = "GET", .answer_max = LIST_MAX};
		vv_buf url = VV_BUF_INIT;

		put_old_url(s, &url, l->prefix, &key, &version);
		if ((rc = ask_store(s, &what, &url, empty_digest, &a, err)) < 0) return rc;
		if (is_list_unknown(&a)) return ask_for_marker(s, err);
		if ((rc = judge_answer(s, &a, err)) < 0) return rc;
		rc = vv_s3_versions_read(vv_buf_cstr(&a.body), a.body.len, on_old, l, &next_key,
					 &next_version, err);
		if (rc == VV_ECORRUPT) return vv_prefix(err, "'%s'", s->at.name);
		if (rc < 0 || next_key.len == 0) return rc;
		if (l->entries > VV_PLACE_ENTRIES_MAX ||
		    (vv_buf_equal(&key, &next_key) && vv_buf_equal(&version, &next_version))) {
			return vv_fail(err, VV_EIO, "'%s': the store sends its list without end",
				       s->at.name);
		}
		vv_buf_set(&key, next_key.data, next_key.len);
		vv_buf_set(&version, next_version.data, next_version.len);
		if ((rc = vv_buf_ok(&key, err)) < 0 || (rc = vv_buf_ok(&version, err)) < 0) {
			return rc;
		}
	}
}

static vv_status s3_list_old(void *payload, const char *folder, vv_old_object_fn fn, void *to,
			     vv_error *err)
{
	s3 *s = payload;
	vv_auto(vv_buf) prefix = VV_BUF_INIT;
	vv_status rc;

	vv_buf_printf(&prefix, "%s%s%s", s->at.prefix, folder, *folder ? "/" : "");
	if ((rc = vv_buf_ok(&prefix, err)) < 0) return rc;
	old_listing l = {.prefix = vv_buf_cstr(&prefix),
			 .folder = folder,
			 .prefix_len = prefix.len,
			 .fn = fn,
			 .to = to};
	return list_old_pages(s, &l, err);
}

static void put_version_url(const s3 *s, vv_buf *url, const char *name, const char *version)
{
	put_object_url(s, url, name);
	vv_buf_puts(url, "?versionId=");
	vv_percent_put(url, version, strlen(version), PLAIN);
}

static vv_status s3_remove_old(void *payload, const char *name, const char *version, vv_error *err)
{
	s3 *s = payload;
	http_ask what = {.method = "DELETE", .answer_max = ERROR_MAX};
	vv_buf url = VV_BUF_INIT;
	vv_auto(http_answer) a = {0};
	vv_status rc;

	put_version_url(s, &url, name, version);
	if ((rc = ask_store(s, &what, &url, empty_digest, &a, err)) < 0) return rc;
	rc = judge_answer(s, &a, err);
	if (rc == VV_ENOTFOUND) return vv_missing_ok(rc, err);
	/* MinIO: 400 InvalidRequest for a locked one */
	return rc < 0 && (a.status == 400 || a.status == 403 || a.status == 405)
		       ? vv_recode(err, VV_EREFUSED)
		       : rc;
}

static vv_status s3_old_lock(void *payload, const char *name, const char *version, int64_t *until,
			     vv_error *err)
{
	s3 *s = payload;
	http_ask what = {.method = "GET", .len = 1, .answer_max = ERROR_MAX};
	vv_buf url = VV_BUF_INIT;
	vv_auto(http_answer) a = {0};
	vv_status rc;

	*until = 0;
	put_version_url(s, &url, name, version);
	if ((rc = ask_store(s, &what, &url, empty_digest, &a, err)) < 0) return rc;
	*until = strcmp(a.held, "ON") == 0 ? INT64_MAX : vv_s3_time(a.locked);
	return VV_OK;
}

/* --- opening it ------------------------------------------------------------------------------ */

static const vv_place_ops s3_ops;

static vv_status s3_put(void *payload, const char *name, const void *bytes, size_t len,
			vv_error *err)
{
	s3 *s = payload;
	vv_status rc;

	if ((rc = vv_place_quota_check(&s->quota, &s3_ops, s, len, err)) < 0 ||
	    (rc = put_object(s, name, bytes, len, err)) < 0) {
		return rc;
	}
	s->quota.used += len;
	return VV_OK;
}

static void s3_close(void *payload)
{
	s3 *s = payload;

	if (!s) return;
	http_site_close(s->site);
	vv_mutex_free(s->lock);
	vv_s3_key_clear(&s->key);
	s3_url_clear(&s->at);
	vv_buf_clear(&s->marked);
	vv_free_all(s->answered, s);
}

VV_AUTO_FREE(s3, s3_close)

/* The end of a key's id suffices to identify it. */
static void s3_who(void *payload, vv_buf *out)
{
	s3 *s = payload;

	vv_mutex_lock(s->lock);
	if (s->anonymous) {
		vv_buf_puts(out, "anonymous (varve.s3Anonymous)");
	} else {
		const size_t len = strlen(s->key.id), shown = len < 8 ? 0 : 4;
		vv_buf_printf(out, "the key ...%s%s", s->key.id + len - shown,
			      s->key.token ? ", temporary credentials" : "");
	}
	vv_mutex_unlock(s->lock);
	vv_buf_printf(out, ", region %s, at %s", s->at.region, s->at.host);
}

static const vv_place_ops s3_ops = {.gets = HTTP_SITE_AT_ONCE,
				    .put = s3_put,
				    .get = s3_get,
				    .list = s3_list,
				    .remove = s3_remove,
				    .list_old = s3_list_old,
				    .remove_old = s3_remove_old,
				    .old_lock = s3_old_lock,
				    .who = s3_who,
				    .close = s3_close};

static vv_status check_mark(s3 *s, bool make, vv_error *err)
{
	vv_status rc = s->mark ? s3_get(s, s->mark->file, 0, VV_PLACE_MARK_BYTES, &s->marked, err)
			       : VV_OK;

	if (rc != VV_ENOTFOUND) return rc;
	if (make) return put_object(s, s->mark->file, s->mark->text, strlen(s->mark->text), err);
	return vv_fail(err, VV_ENOTFOUND,
		       "'%s' has no %s\ncheck the bucket and the prefix: a place with %s has an "
		       "object '%s'",
		       s->at.name, s->mark->keeps, s->mark->keeps, s->mark->file);
}

static vv_status sign_request(void *signer, vv_buf *lines, const http_ask *what, vv_error *err)
{
	s3 *s = signer;

	const int64_t now = vv_now_sec();
	vv_auto(vv_locked) lock = vv_mutex_hold(s->lock);
	if (s->key.ends > 0 && s->key.ends - RENEW_SEC < now &&
	    s->renewed + RENEW_PAUSE_SEC < now) {
		s->renewed = now;
		renew_key(s);
	}
	vv_status rc = vv_s3_sign(lines, what, &s->key, "s3", s->at.region, now, err);
	return rc;
}

static vv_status open_site(s3 *s, const vv_connect_options *connect, vv_error *err)
{
	const http_site_facts f = {.url = s->at.base,
				   .name = s->at.name,
				   .again_500 = true,
				   .sign = s->anonymous ? NULL : sign_request,
				   .signer = s};

	return http_site_open(&s->site, &f, connect, err);
}

/* Only the user's own settings: a foreign repository must not choose them. */
static vv_status read_settings(s3 *s, vv_repository *r, vv_error *err)
{
	if (!r) return VV_OK;
	vv_status rc = vv_config_bool(r, "varve.s3requestpayer", false, &s->payer, err);
	return rc < 0 ? rc : vv_config_bool(r, "varve.s3anonymous", false, &s->anonymous, err);
}

static vv_status find_key(s3 *s, vv_error *err)
{
	if (s->anonymous) return VV_OK;
	const vv_status rc = vv_s3_key_find(&s->key, &s->connect, s->at.region, err);
	/* "not found" would mean that the place has no mark */
	return rc == VV_ENOTFOUND ? vv_recode(err, VV_EIO) : rc;
}

static vv_status open_at(s3 *s, const vv_url *url, const char *answered, bool make, vv_error *err)
{
	vv_status rc = s3_url_read(&s->at, url, vv_connect_env(&s->connect), answered, err);

	if (rc < 0 || (!answered && (rc = read_settings(s, s->connect.repo, err)) < 0) ||
	    (!answered && (rc = find_key(s, err)) < 0) ||
	    (rc = open_site(s, &s->connect, err)) < 0) {
		return rc;
	}
	return check_mark(s, make, err);
}

/* Without a configured region, uses the one in the bucket's first answer. */
static vv_status open_bucket(s3 *s, const vv_url *url, bool make, vv_error *err)
{
	s->opening = true;
	vv_status rc = open_at(s, url, NULL, make, err);
	s->opening = false;
	if (rc == VV_OK || !s->answered || !s->at.assumed) return rc;
	http_site_close(vv_take(&s->site));
	s3_url_clear(&s->at);
	return open_at(s, url, s->answered, make, err);
}

vv_status vv_s3_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			   const vv_connect_options *connect, bool make, vv_error *err)
{
	vv_auto(s3) *s = vv_calloc(1, sizeof(*s));
	vv_status rc;

	*out = (vv_place){0};
	if (!s) return vv_fail_nomem(err);
	*s = (s3){.mark = facts->mark,
		  .full = facts->full,
		  .connect = *connect,
		  .lock = vv_mutex_new()};
	vv_place_quota_init(&s->quota, facts);
	if (!s->lock) return vv_fail_nomem(err);
	if ((rc = open_bucket(s, url, make, err)) < 0) return rc;
	vv_place_set_mark(out, &s->marked);
	char *domain = vv_asprintf("host %s", s->at.host);
	return vv_place_make(out, &s3_ops, vv_take(&s), domain, facts, err);
}
