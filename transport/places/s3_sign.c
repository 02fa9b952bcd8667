/*
 * s3_sign: the canonical form of a request, and the derivation of a day's key.
 *
 * Signs exactly the sent lines: the caller's, and those made here. Lines that libcurl adds by itself (Accept,
 * Range, Content-Length) are not signed.
 */
#include "transport/places/s3_sign.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/show.h"

#define HEADERS_MAX 16u
#define DIGEST_HEADER "x-amz-content-sha256"

/* A header line: "Name: value". Borrowed. */
typedef struct line {
	const char *name, *value;
	size_t name_len, value_len;
} line;

typedef struct request {
	line lines[HEADERS_MAX]; /* sorted */
	size_t count;
	vv_buf names;       /* "host;x-amz-date" */
	vv_buf text;        /* to be hashed, to be signed */
	char stamp[20];     /* "20130524T000000Z" */
	char day[12];       /* "20130524" */
	const char *digest; /* of the body; digest_len characters */
	size_t digest_len;
} request;

static bool add_line(request *r, const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);
	line *l = &r->lines[r->count];

	if (!colon || r->count == HEADERS_MAX) return false;
	*l = (line){.name = text,
		    .name_len = (size_t)(colon - text),
		    .value = colon + 1,
		    .value_len = (size_t)(text + len - (colon + 1))};
	while (l->value_len > 0 && *l->value == ' ') {
		l->value++;
		l->value_len--;
	}
	r->count++;
	if (l->name_len == strlen(DIGEST_HEADER) &&
	    vv_ascii_compare(l->name, DIGEST_HEADER, l->name_len) == 0) {
		r->digest = l->value;
		r->digest_len = l->value_len;
	}
	return true;
}

static int by_name(const void *a, const void *b)
{
	const line *x = a, *y = b;
	const size_t n = x->name_len < y->name_len ? x->name_len : y->name_len;
	const int order = vv_ascii_compare(x->name, y->name, n);

	return order != 0 ? order : (x->name_len > y->name_len) - (x->name_len < y->name_len);
}

static void put_name(vv_buf *out, const line *l)
{
	for (size_t i = 0; i < l->name_len; i++) {
		vv_buf_putc(out, vv_to_lower(l->name[i]));
	}
}

/* A value without several blanks in a row. */
static void put_value(vv_buf *out, const line *l)
{
	for (size_t i = 0; i < l->value_len; i++) {
		if (l->value[i] != ' ' || (i + 1 < l->value_len && l->value[i + 1] != ' ')) {
			vv_buf_putc(out, l->value[i]);
		}
	}
}

/* Each parameter with its '=', whether it has a value or not. */
static void put_query(vv_buf *out, const char *query)
{
	for (bool first = true; *query; first = false) {
		const size_t len = strcspn(query, "&");
		vv_buf_puts(out, first ? "" : "&");
		vv_buf_put(out, query, len);
		vv_buf_puts(out, memchr(query, '=', len) ? "" : "=");
		query += len + (query[len] == '&');
	}
}

/* "host" or "host:port" of a URL; *path: the rest. */
static void split_url(const char *url, const char **host, size_t *host_len, const char **path)
{
	const char *begin = strstr(url, "://");

	assert(begin);
	*host = begin + 3;
	*host_len = strcspn(*host, "/?");
	*path = *host + *host_len;
}

static void put_canonical(request *r, const http_ask *ask)
{
	const char *host, *path;
	size_t host_len;

	split_url(ask->url, &host, &host_len, &path);
	size_t path_len = strcspn(path, "?");
	vv_buf_printf(&r->text, "%s\n", ask->method);
	vv_buf_put(&r->text, path_len > 0 ? path : "/", path_len > 0 ? path_len : 1);
	vv_buf_putc(&r->text, '\n');
	put_query(&r->text, path + path_len + (path[path_len] == '?'));
	vv_buf_putc(&r->text, '\n');
	for (size_t i = 0; i < r->count; i++) {
		put_name(&r->text, &r->lines[i]);
		vv_buf_putc(&r->text, ':');
		put_value(&r->text, &r->lines[i]);
		vv_buf_putc(&r->text, '\n');
		vv_buf_puts(&r->names, i > 0 ? ";" : "");
		put_name(&r->names, &r->lines[i]);
	}
	vv_buf_printf(&r->text, "\n%s\n", vv_buf_cstr(&r->names));
	vv_buf_put(&r->text, r->digest, r->digest_len);
}

static vv_status take_lines(request *r, const http_ask *ask, const vv_buf *own, vv_error *err)
{
	bool fine = true;

	for (size_t i = 0; fine && i < ask->header_count; i++) {
		fine = add_line(r, ask->headers[i], strlen(ask->headers[i]));
	}
	for (const char *p = vv_buf_cstr(own); fine && *p; p += strcspn(p, "\n") + 1) {
		fine = add_line(r, p, strcspn(p, "\n"));
	}
	if (!fine || !r->digest) {
		return vv_fail(err, VV_EINPUT, "the headers of a request to S3 cannot be signed");
	}
	qsort(r->lines, r->count, sizeof(r->lines[0]), by_name);
	return VV_OK;
}

/* Makes the string to sign from the canonical request. scope: "20130524/us-east-1/s3/aws4_request". */
static vv_status put_to_sign(request *r, const char *scope, vv_error *err)
{
	uint8_t digest[VV_SHA256_LEN];
	vv_status rc;

	if ((rc = vv_buf_ok(&r->text, err)) < 0 || (rc = vv_buf_ok(&r->names, err)) < 0 ||
	    (rc = vv_sha256(digest, r->text.data, r->text.len, err)) < 0) {
		return rc;
	}
	vv_buf_reset(&r->text);
	vv_buf_printf(&r->text, "AWS4-HMAC-SHA256\n%s\n%s\n", r->stamp, scope);
	vv_hex_put(&r->text, digest, sizeof(digest));
	return vv_buf_ok(&r->text, err);
}

static vv_status compute_signature(uint8_t out[VV_SHA256_LEN], const request *r, const char *secret,
				   const char *service, const char *region, vv_error *err)
{
	const char *const steps[] = {r->day, region, service, "aws4_request"};
	uint8_t key[VV_SHA256_LEN];
	vv_auto(vv_secret_buf) first = VV_BUF_INIT;

	vv_buf_printf(&first, "AWS4%s", secret);
	vv_status rc = vv_buf_ok(&first, err);
	const void *with = first.data;
	size_t with_len = first.len;
	for (size_t i = 0; rc == VV_OK && i < sizeof(steps) / sizeof(steps[0]); i++) {
		rc = vv_hmac_sha256(key, with, with_len, steps[i], strlen(steps[i]), err);
		with = key;
		with_len = sizeof(key);
	}
	if (rc == VV_OK) {
		rc = vv_hmac_sha256(out, key, sizeof(key), r->text.data, r->text.len, err);
	}
	vv_wipe(key, sizeof(key));
	return rc;
}

/* Host in its sent form: a default port is left out. */
static void put_host(vv_buf *lines, const char *url)
{
	const char *host, *path, *usual = strncmp(url, "https", 5) == 0 ? ":443" : ":80";
	const size_t usual_len = strlen(usual);
	size_t len;

	split_url(url, &host, &len, &path);
	if (len > usual_len && memcmp(host + len - usual_len, usual, usual_len) == 0) {
		len -= usual_len;
	}
	vv_buf_puts(lines, "Host: ");
	vv_buf_put(lines, host, len);
	vv_buf_putc(lines, '\n');
}

vv_status vv_s3_put_digest(vv_buf *out, const void *body, size_t len, vv_error *err)
{
	uint8_t digest[VV_SHA256_LEN];
	const vv_status rc = vv_sha256(digest, body, len, err);

	if (rc < 0) return rc;
	vv_buf_puts(out, DIGEST_HEADER ": ");
	vv_hex_put(out, digest, sizeof(digest));
	return vv_buf_ok(out, err);
}

/* The text contained the token. */
static void request_clear(request *r)
{
	vv_buf_wipe(&r->text);
	vv_buf_clear_all(&r->text, &r->names);
}
VV_AUTO_CLEAR(request, request_clear)

vv_status vv_s3_sign(vv_buf *lines, const http_ask *ask, const vv_s3_key *key, const char *service,
		     const char *region, int64_t now, vv_error *err)
{
	vv_auto(request) r = {.names = VV_BUF_INIT, .text = VV_BUF_INIT};
	vv_auto(vv_buf) scope = VV_BUF_INIT;
	uint8_t mac[VV_SHA256_LEN];
	const char *stamp = vv_text_time(now, "%Y%m%dT%H%M%SZ");
	vv_status rc;

	if ((size_t)snprintf(r.stamp, sizeof(r.stamp), "%s", stamp) >= sizeof(r.stamp) ||
	    *stamp == '?') {
		return vv_fail(err, VV_EINPUT,
			       "the date of this machine's clock is invalid, so no request to S3 "
			       "can be signed");
	}
	memcpy(r.day, r.stamp, 8);
	put_host(lines, ask->url);
	vv_buf_printf(lines, "x-amz-date: %s\n", r.stamp);
	if (key->token) {
		vv_buf_printf(lines, "x-amz-security-token: %s\n", key->token);
	}
	vv_buf_printf(&scope, "%s/%s/%s/aws4_request", r.day, region, service);
	if ((rc = vv_buf_ok(lines, err)) < 0 || (rc = vv_buf_ok(&scope, err)) < 0 ||
	    (rc = take_lines(&r, ask, lines, err)) < 0) {
		return rc;
	}
	put_canonical(&r, ask);
	if ((rc = put_to_sign(&r, vv_buf_cstr(&scope), err)) < 0 ||
	    (rc = compute_signature(mac, &r, key->secret, service, region, err)) < 0) {
		return rc;
	}
	vv_buf_printf(lines,
		      "Authorization: AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, "
		      "Signature=",
		      key->id, vv_buf_cstr(&scope), vv_buf_cstr(&r.names));
	vv_hex_put(lines, mac, sizeof(mac));
	vv_buf_putc(lines, '\n');
	return vv_buf_ok(lines, err);
}
