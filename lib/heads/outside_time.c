/*
 * outside_time: the setting, and the request.
 */
#include "lib/heads/outside_time.h"

#include <stdio.h>

#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "transport/http/site.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* In two tries it ends before other processes stop waiting for the lock of the trusted heads. */
#define FIRST_SEC 4u

/* --- authorities ---------------------------------------------------------------------------------- */

vv_status vv_outside_authorities(vv_authorities **out, vv_repository *r, vv_error *err)
{
	vv_auto(char) *path = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_config_path(r, "varve.timestampauthority", &path, err);

	*out = NULL;
	if (rc < 0) return vv_missing_ok(rc, err);
	if (!*path) return VV_OK;
	if (!vv_path_is_absolute(path)) {
		return vv_fail(err, VV_EUSAGE,
			       "varve.timestampAuthority: '%s' is not an absolute path",
			       vv_text_shows(path));
	}
	if ((rc = vv_read_regular(&text, path, VV_AUTHORITIES_MAX, err)) == VV_ENOTFOUND) {
		return vv_fail(err, VV_EUSAGE, "varve.timestampAuthority: '%s' does not exist",
			       vv_text_shows(path));
	}
	if (rc == VV_OK && (rc = vv_authorities_read(out, vv_buf_cstr(&text), text.len, err)) < 0) {
		(void)vv_prefix_name(err, path);
	}
	return rc < 0 ? vv_prefix(err, "varve.timestampAuthority") : VV_OK;
}

/* --- the time of a head -------------------------------------------------------------------------------- */

const char *vv_outside_word(vv_outside_is is)
{
	static const char *const words[] = {"none", "unchecked", "unknown", "false", "known"};

	return words[is];
}

vv_status vv_outside_time_of(vv_outside_time *out, const vv_head_commit *c,
			     const vv_authorities *authorities, vv_error *err)
{
	const vv_buf *token = &c->stamp.token;

	*out = (vv_outside_time){.is = VV_OUTSIDE_NONE};
	if (!c->stamp.there) return VV_OK;
	if (token->len == 0) {
		out->is = VV_OUTSIDE_FALSE;
		(void)snprintf(out->why, sizeof(out->why),
			       "it is damaged, or the signer did not sign it");
		return VV_OK;
	}
	vv_error why;
	const vv_status rc = vv_timestamp_check(&out->says, token->data, token->len,
						c->stamp.sha256, authorities, &why);
	if (rc == VV_ECORRUPT || rc == VV_EREFUSED) {
		out->is = rc == VV_ECORRUPT ? VV_OUTSIDE_FALSE : VV_OUTSIDE_UNKNOWN;
		(void)snprintf(out->why, sizeof(out->why), "%s", why.message);
		return VV_OK;
	}
	if (rc < 0) return vv_error_copy(err, &why);
	out->is = authorities ? VV_OUTSIDE_KNOWN : VV_OUTSIDE_UNCHECKED;
	return VV_OK;
}

/* --- asking --------------------------------------------------------------------------------------- */

static vv_status judge_answer(const http_answer *a, const char *name, vv_error *err)
{
	if (a->location.len > 0) {
		return vv_fail(err, VV_EIO, "'%s' redirects to '%s'\nuse that URL", name,
			       vv_text_url(vv_buf_cstr(&a->location)));
	}
	if (a->status != 200) {
		return vv_fail(err, VV_EIO,
			       "'%s': the server answered with the HTTP status %u\ncheck the "
			       "authority's address",
			       name, a->status);
	}
	return !a->cut ? VV_OK
		       : vv_fail(err, VV_EREFUSED,
				 "'%s' sent more than %zu bytes, which is not a time-stamp token",
				 name, VV_TIMESTAMP_ANSWER_MAX);
}

vv_status vv_outside_clock_ask(void *payload, vv_buf *token, const uint8_t sha256[VV_SHA256_LEN],
			       vv_error *err)
{
	static const char *const headers[] = {"Content-Type: application/timestamp-query",
					      "Accept: application/timestamp-reply"};
	const vv_outside_clock *c = payload;
	const vv_connect_options connect = {.repo = c->repo,
					    .idle_sec = c->idle_sec,
					    .first_sec = c->idle_sec > 0 ? 0 : FIRST_SEC};
	vv_auto(vv_url) url = {.text = NULL};
	vv_auto(vv_buf) request = VV_BUF_INIT;
	vv_auto(http_site) *site = NULL;
	vv_auto(http_answer) answer = {0};
	vv_timestamp says;
	vv_status rc;

	if ((rc = vv_url_read_file(&url, c->url, err)) < 0 ||
	    (rc = vv_timestamp_ask(&request, sha256, err)) < 0) {
		return rc;
	}
	const http_site_facts facts = {
		.url = c->url, .name = url.text, .extra_header = true, .login = &url};
	const http_ask ask = {.method = "POST",
			      .url = c->url,
			      .headers = headers,
			      .header_count = sizeof(headers) / sizeof(headers[0]),
			      .body = request.data,
			      .body_len = request.len,
			      .answer_max = VV_TIMESTAMP_ANSWER_MAX};
	if ((rc = http_site_open(&site, &facts, &connect, err)) < 0 ||
	    (rc = http_site_ask(site, &ask, &answer, err)) < 0 ||
	    (rc = judge_answer(&answer, url.text, err)) < 0) {
		return rc;
	}
	rc = vv_timestamp_take(token, &says, &request, &answer.body, c->authorities, err);
	if (rc < 0) {
		(void)vv_prefix_name(err, url.text);
	}
	if (rc == VV_EREFUSED) {
		(void)vv_hint(err, "check that varve.timestampAuthority names the certificates of "
				   "this authority; nothing was signed");
	} else if (rc == VV_ECORRUPT) {
		(void)vv_hint(err, "check the authority's address; nothing was signed");
	}
	return rc;
}
