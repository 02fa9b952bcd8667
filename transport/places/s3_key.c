/*
 * s3_key: knows the shared credentials file.
 */
#include "transport/places/s3_key.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"

#define FILE_MAX ((size_t)1 << 20)

static void wipe(char **text)
{
	if (*text) {
		vv_wipe(*text, strlen(*text));
		vv_free(*text);
		*text = NULL;
	}
}

void vv_s3_key_clear(vv_s3_key *k)
{
	wipe(&k->id);
	wipe(&k->secret);
	wipe(&k->token);
}

/* They end up in headers. */
static bool is_clean(const char *text)
{
	for (; text && *text; text++) {
		if (vv_is_control(*text) || *text == ' ' || (unsigned char)*text >= 0x80) {
			return false;
		}
	}
	return true;
}

static vv_status set(char **to, const char *text, size_t len, vv_error *err)
{
	wipe(to);
	*to = vv_strndup(text, len);
	return *to ? VV_OK : vv_fail_nomem(err);
}

static vv_status from_environment(vv_s3_key *out, const vv_env *env, vv_error *err)
{
	const char *id = vv_env_get(env, "AWS_ACCESS_KEY_ID"),
		   *secret = vv_env_get(env, "AWS_SECRET_ACCESS_KEY");
	const char *token = vv_env_get(env, "AWS_SESSION_TOKEN");
	vv_status rc;

	if (!id || !*id || !secret || !*secret) {
		return VV_OK;
	}
	if ((rc = set(&out->id, id, strlen(id), err)) < 0 ||
	    (rc = set(&out->secret, secret, strlen(secret), err)) < 0) {
		return rc;
	}
	return token && *token ? set(&out->token, token, strlen(token), err) : VV_OK;
}

static void trim(const char **p, size_t *len)
{
	while (*len > 0 && strchr(" \t\r", **p)) {
		(*p)++;
		(*len)--;
	}
	while (*len > 0 && strchr(" \t\r", (*p)[*len - 1])) {
		(*len)--;
	}
}

static vv_status take_line(vv_s3_key *out, const char *p, size_t len, vv_error *err)
{
	const struct {
		const char *name;
		char **member;
	} known[] = {{"aws_access_key_id", &out->id},
		     {"aws_secret_access_key", &out->secret},
		     {"aws_session_token", &out->token}};
	const char *equals = memchr(p, '=', len);
	const char *value = equals ? equals + 1 : NULL;
	size_t name_len = equals ? (size_t)(equals - p) : 0;
	size_t value_len = equals ? len - name_len - 1 : 0;

	if (!equals) {
		return VV_OK;
	}
	trim(&p, &name_len);
	trim(&value, &value_len);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strlen(known[i].name) == name_len && memcmp(known[i].name, p, name_len) == 0 &&
		    value_len > 0) {
			return set(known[i].member, value, value_len, err);
		}
	}
	return VV_OK;
}

/* The lines of the section [profile]. */
static vv_status take_profile(vv_s3_key *out, const char *text, const char *profile, bool *found,
			      vv_error *err)
{
	bool in = false;
	vv_status rc = VV_OK;

	*found = false;
	while (rc == VV_OK && *text) {
		const size_t line = strcspn(text, "\n");
		const char *p = text;
		size_t len = line;

		trim(&p, &len);
		if (len >= 2 && *p == '[' && p[len - 1] == ']') {
			p++;
			len -= 2;
			trim(&p, &len);
			in = strlen(profile) == len && memcmp(p, profile, len) == 0;
			*found = *found || in;
		} else if (in && len > 0 && *p != '#' && *p != ';') {
			rc = take_line(out, p, len, err);
		}
		text += line + (text[line] == '\n');
	}
	return rc;
}

static char *file_path(const vv_env *env)
{
	const char *path = vv_env_get(env, "AWS_SHARED_CREDENTIALS_FILE"),
		   *home = vv_env_get(env, "HOME");

	return path && *path ? vv_strdup(path)
			     : vv_path_join(home ? home : "", ".aws", "credentials", (char *)NULL);
}

static vv_status from_file(vv_s3_key *out, const vv_env *env, vv_error *err)
{
	const char *profile = vv_env_get(env, "AWS_PROFILE");
	char *path = file_path(env);
	vv_buf text = VV_BUF_INIT;
	bool found;
	vv_status rc;

	if (!path) {
		return vv_fail_nomem(err);
	}
	profile = profile && *profile ? profile : "default";
	if (!vv_exists(path)) {
		vv_fail(err, VV_ENOTFOUND, "there are no credentials for S3");
		rc = vv_hint(err,
			     "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write them to "
			     "~/.aws/credentials");
		goto done;
	}
	if ((rc = vv_read_regular(&text, path, FILE_MAX, err)) < 0 ||
	    (rc = take_profile(out, vv_buf_cstr(&text), profile, &found, err)) < 0) {
		goto done;
	}
	if (!found) {
		vv_fail(err, VV_ENOTFOUND, "'%s' has no profile [%s]", vv_text_shows(path),
			vv_text_shows(profile));
		rc = vv_hint(err, "AWS_PROFILE names the one to use");
	} else if (!out->id || !out->secret) {
		vv_fail(err, VV_EINPUT, "the profile [%s] in '%s' has no keys",
			vv_text_shows(profile), vv_text_shows(path));
		rc = vv_hint(err, "it needs aws_access_key_id and aws_secret_access_key");
	}
done:
	vv_buf_wipe(&text);
	vv_buf_clear(&text);
	vv_free(path);
	return rc;
}

vv_status vv_s3_key_read(vv_s3_key *out, const vv_env *env, vv_error *err)
{
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = from_environment(out, env, err)) == VV_OK && !out->id) {
		rc = from_file(out, env, err);
	}
	if (rc == VV_OK &&
	    (!is_clean(out->id) || !is_clean(out->secret) || !is_clean(out->token))) {
		rc = vv_fail(
			err, VV_EINPUT,
			"the credentials for S3 have blanks or other characters that keys do not have");
	}
	if (rc < 0) {
		vv_s3_key_clear(out);
	}
	return rc;
}
