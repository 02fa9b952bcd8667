/*
 * s3_sources: which source counts before which, and how a profile's role is taken.
 */
#include "transport/places/s3_sources.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/env.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/program.h"
#include "transport/places/s3_lent.h"
#include "transport/places/s3_profile.h"

#define WORDS_MAX 32u  /* of credential_process */
#define SOURCES_MAX 5u /* profiles, of which each takes the role of the one before */

typedef struct finder {
	const vv_connect_options *connect;
	const vv_env *env;
	const char *region;
	unsigned depth;
} finder;

static vv_status from_environment(vv_s3_key *out, const vv_env *env, vv_error *err)
{
	static const char *const names[][2] = {{"AWS_ACCESS_KEY_ID", "AccessKeyId"},
					       {"AWS_SECRET_ACCESS_KEY", "SecretAccessKey"},
					       {"AWS_SESSION_TOKEN", "SessionToken"}};
	vv_status rc;

	for (size_t i = 0; i < 2; i++) {
		const char *value = vv_env_get(env, names[i][0]);
		if (!value || !*value) return VV_OK;
	}
	for (size_t i = 0; i < 3; i++) {
		const char *value = vv_env_get(env, names[i][0]);
		if (value && (rc = vv_s3_key_set(out, names[i][1], value, err)) < 0) return rc;
	}
	return VV_OK;
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

static vv_status run_program(vv_s3_key *out, const char *const *words, const vv_env *env,
			     vv_error *err)
{
	vv_auto(vv_buf) answer = VV_BUF_INIT;
	int code = 0;
	vv_status rc = vv_program_run(env, words, NULL, 0, &answer, &code, err);

	if (rc == VV_OK) {
		rc = code == 0 ? vv_s3_key_from_json(out, &answer, "the program's output", err)
			       : vv_fail(err, VV_EREFUSED, "'%s' ended with exit code %d",
					 vv_text_shows(words[0]), code);
	}
	vv_buf_wipe(&answer);
	return rc;
}

/* The program that the user's own settings name. */
static vv_status from_program(vv_s3_key *out, const vv_s3_profile *p, const vv_env *env,
			      vv_error *err)
{
	const char *words[WORDS_MAX + 1];
	vv_auto(char) *line = vv_strdup(p->process);
	vv_status rc = line ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK && split(line, words, WORDS_MAX) == 0) {
		rc = vv_fail(err, VV_EINPUT, "credential_process names no program");
	}
	return rc < 0 ? rc : run_program(out, words, env, err);
}

static vv_status from_sso(vv_s3_key *out, const vv_s3_profile *p, const vv_env *env, vv_error *err)
{
	const char *const words[] = {"aws",       "configure", "export-credentials",
				     "--profile", p->name,     "--format",
				     "process",   NULL};
	vv_status rc = run_program(out, words, env, err);

	return rc < 0 ? vv_hint(err, "'aws sso login --profile %s' logs in", vv_text_shows(p->name))
		      : VV_OK;
}

static vv_status from_named(vv_s3_key *out, finder *f, const char *name, bool as_source,
			    vv_error *err);

/* Who takes the role: another profile, or what credential_source names. */
static vv_status find_taker(vv_s3_key *out, finder *f, const vv_s3_profile *p, vv_error *err)
{
	const char *kind = p->source_kind ? p->source_kind : "";

	if (p->source) {
		if (++f->depth > SOURCES_MAX) {
			return vv_fail(err, VV_EINPUT,
				       "its source_profile leads to more than %u profiles",
				       SOURCES_MAX);
		}
		return from_named(out, f, p->source, strcmp(p->source, p->name) == 0, err);
	}
	if (strcmp(kind, "Environment") == 0) return from_environment(out, f->env, err);
	if (strcmp(kind, "EcsContainer") == 0) return vv_s3_lent_container(out, f->connect, err);
	if (strcmp(kind, "Ec2InstanceMetadata") == 0) {
		return vv_s3_lent_machine(out, f->connect, err);
	}
	return vv_fail(
		err, VV_EINPUT,
		"its role_arn needs source_profile, credential_source (Environment, EcsContainer, "
		"Ec2InstanceMetadata) or web_identity_token_file");
}

static vv_status from_role(vv_s3_key *out, finder *f, const vv_s3_profile *p, vv_error *err)
{
	vv_auto(vv_s3_key) by = {0};
	vv_s3_role role = {.arn = p->role,
			   .session = p->session,
			   .external_id = p->external_id,
			   .token_file = p->web_token_file,
			   .region = f->region};
	vv_status rc;

	if (p->mfa) {
		vv_fail(err, VV_EINPUT, "its role needs a code of a device (mfa_serial)");
		return vv_hint(
			err,
			"'aws configure export-credentials --profile %s --format env' asks for it",
			vv_text_shows(p->name));
	}
	if (!p->web_token_file) {
		if ((rc = find_taker(&by, f, p, err)) < 0) return rc;
		rc = vv_s3_key_check(&by, "the profile that takes the role", err);
		if (rc < 0) return rc;
		role.by = &by;
	}
	return vv_s3_lent_role(out, &role, f->connect, err);
}

static vv_status copy_keys(vv_s3_key *out, const vv_s3_profile *p, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_s3_key_set(out, "AccessKeyId", p->id, err)) < 0 ||
	    (rc = vv_s3_key_set(out, "SecretAccessKey", p->secret, err)) < 0) {
		return rc;
	}
	return p->token ? vv_s3_key_set(out, "SessionToken", p->token, err) : VV_OK;
}

/* What the profile has besides a role; *out stays empty where it has nothing. */
static vv_status from_profile(vv_s3_key *out, const vv_s3_profile *p, const vv_env *env,
			      vv_error *err)
{
	if (p->id && p->secret) return copy_keys(out, p, err);
	if (p->process) return from_program(out, p, env, err);
	return p->sso ? from_sso(out, p, env, err) : VV_OK;
}

/* as_source: the profile is its own source: its keys count, and not its role. */
static vv_status from_named(vv_s3_key *out, finder *f, const char *name, bool as_source,
			    vv_error *err)
{
	vv_auto(vv_s3_profile) p = {0};
	vv_status rc = vv_s3_profile_read(&p, f->env, name, err);

	if (rc < 0) return rc;
	rc = p.role && !as_source ? from_role(out, f, &p, err) : from_profile(out, &p, f->env, err);
	return rc < 0 ? vv_prefix(err, "the profile [%s]", vv_text_shows(name)) : VV_OK;
}

static vv_status from_web_identity(vv_s3_key *out, const finder *f, vv_error *err)
{
	const char *session = vv_env_get(f->env, "AWS_ROLE_SESSION_NAME");
	const vv_s3_role role = {.arn = vv_env_get(f->env, "AWS_ROLE_ARN"),
				 .session = session && *session ? session : NULL,
				 .token_file = vv_env_get(f->env, "AWS_WEB_IDENTITY_TOKEN_FILE"),
				 .region = f->region};

	if (!role.arn || !*role.arn || !role.token_file || !*role.token_file) return VV_OK;
	return vv_s3_lent_role(out, &role, f->connect, err);
}

static vv_status fail_none(const vv_s3_profile *p, vv_error *err)
{
	if (!p->has_file) {
		vv_fail(err, VV_ENOTFOUND, "no credentials for S3 were found");
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
	return vv_hint(err,
		       "it needs aws_access_key_id and aws_secret_access_key, role_arn, an SSO "
		       "session or credential_process");
}

/* Those who lend keys to whoever runs there. A profile that was named and has none is the user's mistake. */
static vv_status from_surroundings(vv_s3_key *out, const finder *f, const vv_s3_profile *p,
				   vv_error *err)
{
	const char *named = vv_env_get(f->env, "AWS_PROFILE");
	vv_error why;

	if (named && *named) return fail_none(p, err);
	vv_status rc = vv_s3_lent_container(out, f->connect, err);
	if (rc != VV_ENOTFOUND) return rc;
	rc = vv_s3_lent_machine(out, f->connect, &why);
	if (rc == VV_ENOTFOUND) return fail_none(p, err);
	if (rc < 0) {
		*err = why;
	}
	return rc;
}

static vv_status find(vv_s3_key *out, finder *f, vv_error *err)
{
	vv_auto(vv_s3_profile) p = {0};
	vv_status rc = from_environment(out, f->env, err);

	if (rc < 0 || out->id || (rc = vv_s3_profile_read(&p, f->env, NULL, err)) < 0) return rc;
	if (p.role) {
		rc = from_role(out, f, &p, err);
	} else if ((rc = from_web_identity(out, f, err)) == VV_OK && !out->id) {
		rc = from_profile(out, &p, f->env, err);
	}
	if (rc < 0) {
		vv_prefix(err, "the credentials of the profile [%s]", vv_text_shows(p.name));
	} else if (!out->id) {
		rc = from_surroundings(out, f, &p, err);
	}
	return rc;
}

vv_status vv_s3_key_find(vv_s3_key *out, const vv_connect_options *connect, const char *region,
			 vv_error *err)
{
	finder f = {.connect = connect, .env = vv_connect_env(connect), .region = region};

	memset(out, 0, sizeof(*out));
	vv_status rc = find(out, &f, err);
	rc = rc < 0 ? rc : vv_s3_key_check(out, "the environment or profile", err);
	if (rc < 0) {
		vv_s3_key_clear(out);
	}
	return rc;
}
