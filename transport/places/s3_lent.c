/*
 * s3_lent: what each service is asked, and to whom a token may be shown.
 */
#include "transport/places/s3_lent.h"

#include <stdio.h>
#include <string.h>

#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/http/curl.h"
#include "transport/http/site.h"
#include "transport/places/s3_answer.h"
#include "transport/places/s3_sign.h"

#define ANSWER_MAX ((size_t)64 << 10)
#define TOKEN_MAX ((size_t)32 << 10)
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"

static const char *variable(const vv_connect_options *connect, const char *name)
{
	const char *value = vv_env_get(vv_connect_env(connect), name);

	return value && *value ? value : NULL;
}

/* A file with a token: without the end of its line, which no header may have. */
static vv_status read_token(vv_buf *out, const char *path, vv_error *err)
{
	vv_status rc = vv_read_regular(out, path, TOKEN_MAX, err);

	while (rc == VV_OK && out->len > 0 && strchr(" \t\r\n", out->data[out->len - 1])) {
		out->data[--out->len] = '\0';
	}
	if (rc == VV_OK && (out->len == 0 || strpbrk(vv_buf_cstr(out), "\r\n"))) {
		rc = vv_fail(err, VV_EINPUT, "'%s' has no token in one line", vv_text_shows(path));
	}
	return rc;
}

/* --- STS ------------------------------------------------------------------------------------- */

static void put_parameter(vv_buf *body, const char *name, const char *value)
{
	vv_buf_printf(body, "&%s=", name);
	vv_percent_put(body, value, strlen(value), PLAIN);
}

static vv_status put_body(vv_buf *body, const vv_s3_role *role, vv_error *err)
{
	vv_auto(vv_buf) token = VV_BUF_INIT;
	char session[40];
	int64_t now;
	uint32_t nsec;
	vv_status rc = VV_OK;

	vv_now(&now, &nsec);
	(void)snprintf(session, sizeof(session), "varve-%lld", (long long)now);
	vv_buf_printf(body, "Action=%s&Version=2011-06-15",
		      role->by ? "AssumeRole" : "AssumeRoleWithWebIdentity");
	put_parameter(body, "RoleArn", role->arn);
	put_parameter(body, "RoleSessionName", role->session ? role->session : session);
	if (role->external_id && role->by) {
		put_parameter(body, "ExternalId", role->external_id);
	}
	if (!role->by && (rc = read_token(&token, role->token_file, err)) == VV_OK) {
		put_parameter(body, "WebIdentityToken", vv_buf_cstr(&token));
	}
	vv_buf_wipe(&token);
	return rc < 0 ? rc : vv_buf_ok(body, err);
}

static vv_status sign(void *signer, vv_buf *lines, const http_ask *ask, vv_error *err)
{
	const vv_s3_role *role = signer;
	int64_t now;
	uint32_t nsec;

	if (!role->by) return VV_OK; /* the token is in the body */
	vv_now(&now, &nsec);
	return vv_s3_sign(lines, ask, role->by, "sts", role->region, now, err);
}

static vv_status take_keys(vv_s3_key *out, const vv_s3_role *role, const http_answer *a,
			   const char *name, vv_error *err)
{
	vv_s3_error e;
	vv_error why;
	vv_status rc;

	if (a->status == 200) {
		rc = vv_sts_keys_read(out, vv_buf_cstr(&a->body), a->body.len, &why);
		if (rc == VV_OK) return vv_s3_key_check(out, "what STS answered", err);
		*err = why;
		return vv_prefix(err, "'%s'", name);
	}
	if (!vv_s3_error_read(&e, vv_buf_cstr(&a->body), a->body.len)) {
		return vv_fail(err, VV_EIO, "'%s' answers with status %u to a request for a role",
			       name, a->status);
	}
	vv_fail(err, VV_EREFUSED, "'%s' does not lend the role '%s' (%s)", name,
		vv_text_shows(role->arn), vv_text_shows(e.code));
	return vv_hint(err, "it says: %s", vv_text_shows(e.message));
}

static vv_status put_digest(vv_buf *line, const vv_buf *body, vv_error *err)
{
	uint8_t digest[VV_SHA256_LEN];
	vv_status rc = vv_sha256(digest, body->data, body->len, err);

	if (rc < 0) return rc;
	vv_buf_puts(line, "x-amz-content-sha256: ");
	vv_hex_put(line, digest, sizeof(digest));
	return vv_buf_ok(line, err);
}

static vv_status ask_sts(vv_s3_key *out, const vv_s3_role *role, const char *url,
			 const vv_connect_options *connect, vv_error *err)
{
	vv_auto(vv_buf) body = VV_BUF_INIT, digest = VV_BUF_INIT;
	const http_site_facts f = {.url = url,
				   .name = url,
				   .again_500 = true,
				   .sign = sign,
				   .signer = (void *)(uintptr_t)role};
	http_answer a = {0};
	http_site *site = NULL;
	vv_status rc = put_body(&body, role, err);

	if (rc == VV_OK && (rc = put_digest(&digest, &body, err)) == VV_OK) {
		const char *const headers[] = {vv_buf_cstr(&digest),
					       "Content-Type: application/x-www-form-urlencoded"};
		const http_ask what = {.method = "POST",
				       .url = url,
				       .headers = headers,
				       .header_count = 2,
				       .body = body.data,
				       .body_len = body.len,
				       .answer_max = ANSWER_MAX};
		rc = http_site_open(&site, &f, connect, err);
		rc = rc < 0 ? rc : http_site_ask(site, &what, &a, err);
		rc = rc < 0 ? rc : take_keys(out, role, &a, url, err);
	}
	http_site_close(site);
	vv_buf_wipe(&a.body);
	http_answer_clear(&a);
	vv_buf_wipe(&body);
	return rc;
}

vv_status vv_s3_lent_role(vv_s3_key *out, const vv_s3_role *role, const vv_connect_options *connect,
			  vv_error *err)
{
	const bool china = strncmp(role->region, "cn-", 3) == 0;
	const char *given = variable(connect, "AWS_ENDPOINT_URL_STS");
	vv_auto(vv_buf) url = VV_BUF_INIT;
	vv_url u;
	vv_status rc;

	given = given ? given : variable(connect, "AWS_ENDPOINT_URL");
	vv_buf_printf(&url, "%s", given ? given : "");
	if (!given) {
		vv_buf_printf(&url, "https://sts.%s.amazonaws.com%s", role->region,
			      china ? ".cn" : "");
	}
	if ((rc = vv_buf_ok(&url, err)) == VV_OK &&
	    (rc = vv_url_read(&u, vv_buf_cstr(&url), err)) == VV_OK) {
		const bool fits = u.kind == VV_URL_HTTP && !u.user;
		vv_buf_reset(&url);
		if (fits) {
			http_put_url(&url, &u, "/");
			rc = vv_buf_ok(&url, err);
		} else {
			rc = vv_fail(err, VV_EUSAGE, "'%s' is not an endpoint of STS", u.text);
		}
		vv_url_clear(&u);
	}
	return rc < 0 ? rc : ask_sts(out, role, vv_buf_cstr(&url), connect, err);
}

/* --- services of this machine ---------------------------------------------------------------- */

/* A request to one: straight there, a second for the first byte. header NULL: none. */
static vv_status ask_near(http_answer *a, const char *method, const char *url, const char *header,
			  const vv_connect_options *connect, vv_error *err)
{
	const http_site_facts f = {.url = url, .name = url, .direct = true};
	const http_ask what = {.method = method,
			       .url = url,
			       .headers = &header,
			       .header_count = header ? 1 : 0,
			       .answer_max = ANSWER_MAX};
	vv_connect_options near = *connect;
	vv_auto(http_site) *site = NULL;

	near.first_sec = 1;
	vv_status rc = http_site_open(&site, &f, &near, err);
	return rc < 0 ? rc : http_site_ask(site, &what, a, err);
}

/* A token goes over https, or to who stands at an address of this machine alone. */
static bool may_see_token(const vv_url *u)
{
	static const char *const near[] = {
		"127.0.0.1", "::1", "localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
	bool is = u->kind == VV_URL_HTTP && u->tls;

	for (size_t i = 0; u->kind == VV_URL_HTTP && i < sizeof(near) / sizeof(near[0]); i++) {
		is = is || strcmp(u->host, near[i]) == 0;
	}
	return is;
}

static vv_status put_container_token(vv_buf *header, const vv_connect_options *connect,
				     vv_error *err)
{
	const char *file = variable(connect, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *token = variable(connect, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = VV_OK;

	if (file) {
		rc = read_token(&text, file, err);
		token = vv_buf_cstr(&text);
	} else if (token && strpbrk(token, "\r\n")) {
		rc = vv_fail(err, VV_EINPUT,
			     "AWS_CONTAINER_AUTHORIZATION_TOKEN has more than a line");
	}
	if (rc == VV_OK && token) {
		vv_buf_printf(header, "Authorization: %s", token);
		rc = vv_buf_ok(header, err);
	}
	vv_buf_wipe(&text);
	return rc;
}

static vv_status ask_container(vv_s3_key *out, const char *url, const vv_connect_options *connect,
			       vv_error *err)
{
	vv_auto(vv_buf) header = VV_BUF_INIT;
	vv_auto(http_answer) a = {0};
	vv_status rc = put_container_token(&header, connect, err);

	if (rc == VV_OK &&
	    (rc = ask_near(&a, "GET", url, header.len > 0 ? vv_buf_cstr(&header) : NULL, connect,
			   err)) == VV_OK) {
		rc = a.status == 200
			     ? vv_s3_key_from_json(out, &a.body, "the container's answer", err)
			     : vv_fail(err, VV_EREFUSED,
				       "'%s' answers with status %u to a request for keys",
				       vv_text_url(url), a.status);
	}
	vv_buf_wipe(&header);
	vv_buf_wipe(&a.body);
	return rc;
}

vv_status vv_s3_lent_container(vv_s3_key *out, const vv_connect_options *connect, vv_error *err)
{
	const char *relative = variable(connect, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = variable(connect, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
	vv_auto(vv_buf) url = VV_BUF_INIT;
	vv_url u;
	vv_status rc;

	if (!relative && !full) {
		return vv_fail(err, VV_ENOTFOUND, "not in a container that lends keys");
	}
	vv_buf_printf(&url, "%s%s", relative ? "http://169.254.170.2" : full,
		      relative ? relative : "");
	if ((rc = vv_buf_ok(&url, err)) == VV_OK &&
	    (rc = vv_url_read(&u, vv_buf_cstr(&url), err)) == VV_OK) {
		if (!may_see_token(&u)) {
			rc = vv_fail(err, VV_EREFUSED,
				     "'%s' is neither https nor an address of this machine: it is "
				     "not asked for keys",
				     u.text);
		}
		vv_url_clear(&u);
	}
	return rc < 0 ? rc : ask_container(out, vv_buf_cstr(&url), connect, err);
}

/* One document of the metadata. VV_ENOTFOUND: it is not there. */
static vv_status get_metadata(http_answer *a, const char *base, const char *name,
			      const char *header, const vv_connect_options *connect, vv_error *err)
{
	vv_auto(vv_buf) url = VV_BUF_INIT;

	vv_buf_printf(&url, "%s/latest/meta-data/iam/security-credentials/%s", base, name);
	vv_status rc = vv_buf_ok(&url, err);
	rc = rc < 0 ? rc : ask_near(a, "GET", vv_buf_cstr(&url), header, connect, err);
	return rc == VV_OK && a->status != 200
		       ? vv_fail(err, VV_ENOTFOUND, "this machine has no role (status %u)",
				 a->status)
		       : rc;
}

/* The token, without which version 2 answers nothing, as a header. */
static vv_status open_metadata(vv_buf *header, const char *base, const vv_connect_options *connect,
			       vv_error *err)
{
	vv_auto(vv_buf) url = VV_BUF_INIT;
	vv_auto(http_answer) a = {0};
	vv_error why;

	vv_buf_printf(&url, "%s/latest/api/token", base);
	vv_status rc = vv_buf_ok(&url, err);
	if (rc == VV_OK) {
		rc = ask_near(&a, "PUT", vv_buf_cstr(&url),
			      "X-aws-ec2-metadata-token-ttl-seconds: 21600", connect, &why);
		if ((rc < 0 && rc != VV_ENOMEM) ||
		    (rc == VV_OK && (a.status != 200 || strpbrk(vv_buf_cstr(&a.body), "\r\n")))) {
			rc = vv_fail(err, VV_ENOTFOUND, "this machine has no metadata");
		} else if (rc < 0) {
			*err = why;
		}
	}
	if (rc == VV_OK) {
		vv_buf_printf(header, "X-aws-ec2-metadata-token: %s", vv_buf_cstr(&a.body));
		rc = vv_buf_ok(header, err);
	}
	vv_buf_wipe(&a.body);
	return rc;
}

vv_status vv_s3_lent_machine(vv_s3_key *out, const vv_connect_options *connect, vv_error *err)
{
	const char *off = variable(connect, "AWS_EC2_METADATA_DISABLED");
	const char *base = variable(connect, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
	vv_auto(vv_buf) header = VV_BUF_INIT, role = VV_BUF_INIT, at = VV_BUF_INIT;
	vv_auto(http_answer) a = {0};
	vv_status rc;

	if (off && strcmp(off, "true") == 0) {
		return vv_fail(err, VV_ENOTFOUND, "AWS_EC2_METADATA_DISABLED is true");
	}
	base = base ? base : "http://169.254.169.254";
	vv_buf_put(&at, base, strlen(base) - (base[strlen(base) - 1] == '/'));
	if ((rc = vv_buf_ok(&at, err)) < 0 ||
	    (rc = open_metadata(&header, vv_buf_cstr(&at), connect, err)) < 0 ||
	    (rc = get_metadata(&a, vv_buf_cstr(&at), "", vv_buf_cstr(&header), connect, err)) < 0) {
		goto done;
	}
	vv_buf_put(&role, vv_buf_cstr(&a.body), strcspn(vv_buf_cstr(&a.body), "\r\n/? "));
	if ((rc = vv_buf_ok(&role, err)) < 0 ||
	    (rc = get_metadata(&a, vv_buf_cstr(&at), vv_buf_cstr(&role), vv_buf_cstr(&header),
			       connect, err)) < 0) {
		goto done;
	}
	rc = vv_s3_key_from_json(out, &a.body, "the machine's metadata", err);
done:
	vv_buf_wipe(&header);
	vv_buf_wipe(&a.body);
	return rc;
}
