/*
 * s3_key: knows who gives keys.
 */
#include "transport/places/s3_key.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/json/json.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/program.h"
#include "transport/places/s3_profile.h"

#define WORDS_MAX 32u /* of credential_process */

void vv_s3_key_clear(vv_s3_key *k)
{
	vv_s3_wipe(&k->id);
	vv_s3_wipe(&k->secret);
	vv_s3_wipe(&k->token);
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
	vv_s3_wipe(to);
	*to = vv_strndup(text, len);
	return *to ? VV_OK : vv_fail_nomem(err);
}

static vv_status from_environment(vv_s3_key *out, const vv_env *env, vv_error *err)
{
	const char *id = vv_env_get(env, "AWS_ACCESS_KEY_ID"),
		   *secret = vv_env_get(env, "AWS_SECRET_ACCESS_KEY");
	const char *token = vv_env_get(env, "AWS_SESSION_TOKEN");
	vv_status rc;

	if (!id || !*id || !secret || !*secret) return VV_OK;
	if ((rc = set(&out->id, id, strlen(id), err)) < 0 ||
	    (rc = set(&out->secret, secret, strlen(secret), err)) < 0) {
		return rc;
	}
	return token && *token ? set(&out->token, token, strlen(token), err) : VV_OK;
}

/* Words, split at blanks that no quotes enclose: no shell reads them. They live in line. */
static size_t split(char *line, const char *words[], size_t max)
{
	size_t count = 0;
	char *to = line;

	while (*line && count < max) {
		char quote = '\0';
		line += strspn(line, " \t");
		if (!*line) {
			break;
		}
		words[count++] = to;
		for (; *line && (quote || !strchr(" \t", *line)); line++) {
			if (quote ? *line == quote : *line == '"' || *line == '\'') {
				quote = quote ? '\0' : *line;
			} else {
				*to++ = *line;
			}
		}
		line += *line != '\0';
		*to++ = '\0';
	}
	words[count] = NULL;
	return count;
}

/* {"Version": 1, "AccessKeyId": ..., "SecretAccessKey": ..., "SessionToken": ...} */
static vv_status take_answer(vv_s3_key *out, const vv_buf *text, vv_error *err)
{
	const struct {
		const char *name;
		char **member;
	} known[] = {{"AccessKeyId", &out->id},
		     {"SecretAccessKey", &out->secret},
		     {"SessionToken", &out->token}};
	vv_arena arena;
	vv_json *doc;
	vv_status rc;

	vv_arena_init(&arena);
	rc = vv_json_read(&doc, &arena, vv_buf_cstr(text), text->len, "credential_process", err);
	for (size_t i = 0; rc == VV_OK && i < sizeof(known) / sizeof(known[0]); i++) {
		const char *value = vv_json_get_string(doc, known[i].name);
		rc = value && *value ? set(known[i].member, value, strlen(value), err) : VV_OK;
	}
	if (rc == VV_OK && (!out->id || !out->secret)) {
		rc = vv_fail(err, VV_EINPUT,
			     "what credential_process printed has no AccessKeyId and "
			     "SecretAccessKey");
	}
	vv_arena_clear(&arena);
	return rc;
}

/* The program that the user's own settings name. */
static vv_status from_program(vv_s3_key *out, const vv_s3_profile *p, const vv_env *env,
			      vv_error *err)
{
	const char *words[WORDS_MAX + 1];
	char *line = vv_strdup(p->process);
	vv_buf answer = VV_BUF_INIT;
	int code = 0;
	vv_status rc = line ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK && split(line, words, WORDS_MAX) == 0) {
		rc = vv_fail(err, VV_EINPUT, "credential_process names no program");
	}
	if (rc == VV_OK &&
	    (rc = vv_program_run(env, words, NULL, 0, &answer, &code, err)) == VV_OK) {
		rc = code == 0 ? take_answer(out, &answer, err)
			       : vv_fail(err, VV_EREFUSED, "'%s' ended with exit code %d",
					 vv_text_shows(words[0]), code);
	}
	vv_buf_wipe(&answer);
	vv_buf_clear(&answer);
	vv_free(line);
	return rc < 0 ? vv_prefix(err, "the credentials of the profile [%s]",
				  vv_text_shows(p->name))
		      : VV_OK;
}

static vv_status from_profile(vv_s3_key *out, const vv_s3_profile *p, const vv_env *env,
			      vv_error *err)
{
	if (p->id && p->secret) {
		out->id = vv_strdup(p->id);
		out->secret = vv_strdup(p->secret);
		out->token = p->token ? vv_strdup(p->token) : NULL;
		return out->id && out->secret && (out->token || !p->token) ? VV_OK
									   : vv_fail_nomem(err);
	}
	if (p->process) return from_program(out, p, env, err);
	if (!p->has_file) {
		vv_fail(err, VV_ENOTFOUND, "there are no credentials for S3");
		return vv_hint(err,
			       "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write them to "
			       "~/.aws/credentials");
	}
	if (!p->found) {
		vv_fail(err, VV_ENOTFOUND, "'%s' has no profile [%s]", vv_text_shows(p->file),
			vv_text_shows(p->name));
		return vv_hint(err, "AWS_PROFILE names the one to use");
	}
	vv_fail(err, VV_EINPUT, "the profile [%s] in '%s' has no keys", vv_text_shows(p->name),
		vv_text_shows(p->file));
	return vv_hint(err, "it needs aws_access_key_id and aws_secret_access_key, or "
			    "credential_process; 'aws configure export-credentials --format env' "
			    "turns others into AWS_ACCESS_KEY_ID and its like");
}

vv_status vv_s3_key_read(vv_s3_key *out, const vv_env *env, vv_error *err)
{
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = from_environment(out, env, err)) == VV_OK && !out->id) {
		vv_s3_profile p;
		if ((rc = vv_s3_profile_read(&p, env, err)) == VV_OK) {
			rc = from_profile(out, &p, env, err);
			vv_s3_profile_clear(&p);
		}
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
