/*
 * s3_sources: which source counts before which, and how a profile's role is taken.
 */
#include "transport/places/s3_sources.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/env.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/program.h"
#include "transport/http/curl.h"
#include "transport/http/site.h"
#include "transport/line/options.h"
#include "transport/places/s3_answer.h"
#include "transport/places/s3_key.h"
#include "transport/places/s3_profile.h"
#include "transport/places/s3_sign.h"

/* ---- s3_lent: keys that a service lends for a time: STS (for a role), the container's agent, the machine's metadata.
 *
 * Sources: docs.aws.amazon.com/STS/latest/APIReference (AssumeRole, AssumeRoleWithWebIdentity),
 * docs.aws.amazon.com/sdkref/latest/guide (feature-container-credentials, feature-imds-credentials) ---- */

/* The request to STS: at AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, else AWS itself. Borrowed. */
typedef struct vv_s3_role {
	const char *arn;
	const char *session;     /* NULL: one is made up */
	const char *external_id; /* NULL: none */
	const vv_s3_key *by;     /* who takes the role; NULL: who has the token */
	const char *token_file;  /* without by */
	const char *region;
} vv_s3_role;

#define ANSWER_MAX ((size_t)64 << 10)
#define TOKEN_MAX ((size_t)32 << 10)
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"

/* An answer with keys, which is wiped. */
typedef http_answer secret_answer;

static void secret_answer_wipe(secret_answer *a)
{
	vv_buf_wipe(&a->body);
	http_answer_clear(a);
}
VV_AUTO_CLEAR(secret_answer, secret_answer_wipe)

static const char *env_variable(const vv_connect_options *connect, const char *name)
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
		rc = vv_fail(err, VV_EINPUT, "'%s' must contain a token in a single line",
			     vv_text_shows(path));
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
	vv_auto(vv_secret_buf) token = VV_BUF_INIT;
	char session[40];
	vv_status rc = VV_OK;

	(void)snprintf(session, sizeof(session), "varve-%lld", (long long)vv_now_sec());
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
	return rc < 0 ? rc : vv_buf_ok(body, err);
}

static vv_status sign_request(void *signer, vv_buf *lines, const http_ask *ask, vv_error *err)
{
	const vv_s3_role *role = signer;

	if (!role->by) return VV_OK; /* the token is in the body */
	return vv_s3_sign(lines, ask, role->by, "sts", role->region, vv_now_sec(), err);
}

static vv_status take_keys(vv_s3_key *out, const vv_s3_role *role, const http_answer *a,
			   const char *name, vv_error *err)
{
	vv_s3_error e;
	vv_error why;
	vv_status rc;

	if (a->status == 200) {
		rc = vv_sts_keys_read(out, vv_buf_cstr(&a->body), a->body.len, &why);
		if (rc == VV_OK) return vv_s3_key_check(out, "the answer of STS", err);
		(void)vv_error_copy(err, &why);
		return vv_prefix(err, "'%s'", name);
	}
	if (!vv_s3_error_read(&e, vv_buf_cstr(&a->body), a->body.len)) {
		return vv_fail(err, VV_EIO,
			       "'%s' answered a request for a role with the HTTP "
			       "status %u",
			       name, a->status);
	}
	return vv_fail(err, VV_EREFUSED, "'%s' does not grant the role '%s' (%s)\nits answer: %s",
		       name, vv_text_shows(role->arn), vv_text_shows(e.code),
		       vv_text_shows(e.message));
}

static vv_status ask_sts(vv_s3_key *out, const vv_s3_role *role, const char *url,
			 const vv_connect_options *connect, vv_error *err)
{
	vv_auto(vv_secret_buf) body = VV_BUF_INIT, digest = VV_BUF_INIT;
	const http_site_facts f = {.url = url,
				   .name = url,
				   .again_500 = true,
				   .sign = sign_request,
				   .signer = (void *)(uintptr_t)role};
	vv_auto(secret_answer) a = {0};
	vv_auto(http_site) *site = NULL;
	vv_status rc = put_body(&body, role, err);

	if (rc == VV_OK && (rc = vv_s3_put_digest(&digest, body.data, body.len, err)) == VV_OK) {
		const char *const headers[] = {vv_buf_cstr(&digest),
					       "Content-Type: application/x-www-form-urlencoded"};
		const http_ask what = {.method = "POST",
				       .url = url,
				       .headers = headers,
				       .header_count = 2,
				       .body = body.data,
				       .body_len = body.len,
				       .answer_max = ANSWER_MAX};
		if ((rc = http_site_open(&site, &f, connect, err)) == VV_OK) {
			rc = http_site_ask(site, &what, &a, err);
		}
		rc = rc < 0 ? rc : take_keys(out, role, &a, url, err);
	}
	return rc;
}

/* All into an empty key. VV_EREFUSED: STS does not lend it; VV_EIO, VV_EINPUT. No message has a key or token. */
static vv_status s3_lent_role(vv_s3_key *out, const vv_s3_role *role,
			      const vv_connect_options *connect, vv_error *err)
{
	const bool china = strncmp(role->region, "cn-", 3) == 0;
	const char *given = env_variable(connect, "AWS_ENDPOINT_URL_STS");
	vv_auto(vv_buf) url = VV_BUF_INIT;
	vv_auto(vv_url) u = {0};
	vv_status rc;

	given = given ? given : env_variable(connect, "AWS_ENDPOINT_URL");
	vv_auto(char) *own = vv_asprintf("https://sts.%s.amazonaws.com%s", role->region,
					 china ? ".cn" : "");
	if ((rc = vv_alloc_ok(own, err)) < 0 ||
	    (rc = vv_url_read(&u, given ? given : own, err)) < 0) {
		return rc;
	}
	if (u.kind != VV_URL_HTTP || u.user) {
		return vv_fail(
			err, VV_EUSAGE,
			"'%s' is not an STS endpoint\nset AWS_ENDPOINT_URL_STS to an http:// or "
			"https:// URL without a user",
			u.text);
	}
	http_put_url(&url, &u, "/");
	rc = vv_buf_ok(&url, err);
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
	vv_connect_options quick = *connect;
	vv_auto(http_site) *site = NULL;

	quick.first_sec = 1;
	vv_status rc = http_site_open(&site, &f, &quick, err);
	return rc < 0 ? rc : http_site_ask(site, &what, a, err);
}

/* A token is sent only over https, or to an address of this machine. */
static bool may_see_token(const vv_url *u)
{
	static const char *const hosts[] = {
		"127.0.0.1", "::1", "localhost", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
	bool is = u->kind == VV_URL_HTTP && u->tls;

	for (size_t i = 0; u->kind == VV_URL_HTTP && i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		is = is || strcmp(u->host, hosts[i]) == 0;
	}
	return is;
}

static vv_status put_container_token(vv_buf *header, const vv_connect_options *connect,
				     vv_error *err)
{
	const char *file = env_variable(connect, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *token = env_variable(connect, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
	vv_auto(vv_secret_buf) text = VV_BUF_INIT;
	vv_status rc = VV_OK;

	if (file) {
		rc = read_token(&text, file, err);
		token = vv_buf_cstr(&text);
	} else if (token && strpbrk(token, "\r\n")) {
		rc = vv_fail(err, VV_EINPUT,
			     "AWS_CONTAINER_AUTHORIZATION_TOKEN must be a single line");
	}
	if (rc == VV_OK && token) {
		vv_buf_printf(header, "Authorization: %s", token);
		rc = vv_buf_ok(header, err);
	}
	return rc;
}

static vv_status ask_container(vv_s3_key *out, const char *url, const vv_connect_options *connect,
			       vv_error *err)
{
	vv_auto(vv_secret_buf) header = VV_BUF_INIT;
	vv_auto(secret_answer) a = {0};
	vv_status rc = put_container_token(&header, connect, err);

	if (rc < 0 || (rc = ask_near(&a, "GET", url, header.len > 0 ? vv_buf_cstr(&header) : NULL,
				     connect, err)) < 0) {
		return rc;
	}
	return a.status == 200 ? vv_s3_key_from_json(out, &a.body, "the container's answer", err)
			       : vv_fail(err, VV_EREFUSED,
					 "'%s' answered a request for keys with the HTTP status %u",
					 vv_text_url(url), a.status);
}

/* Gets keys from AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI. VV_ENOTFOUND: neither is
 * set. */
static vv_status s3_lent_container(vv_s3_key *out, const vv_connect_options *connect, vv_error *err)
{
	const char *relative = env_variable(connect, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = env_variable(connect, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
	vv_auto(vv_url) u = {0};
	vv_status rc;

	if (!relative && !full) {
		return vv_fail(err, VV_ENOTFOUND, "not in a container that provides keys");
	}
	vv_auto(char) *url = vv_asprintf("%s%s", relative ? "http://169.254.170.2" : full,
					 relative ? relative : "");
	if ((rc = vv_alloc_ok(url, err)) < 0 || (rc = vv_url_read(&u, url, err)) < 0) return rc;
	return may_see_token(&u)
		       ? ask_container(out, url, connect, err)
		       : vv_fail(err, VV_EREFUSED,
				 "keys are not requested from '%s', as it does not use https and is not an address of this machine",
				 u.text);
}

/* One document of the metadata. VV_ENOTFOUND: it is not there. */
static vv_status get_metadata(http_answer *a, const char *base, const char *name,
			      const char *header, const vv_connect_options *connect, vv_error *err)
{
	vv_auto(char) *url = vv_asprintf("%s/latest/meta-data/iam/security-credentials/%s", base,
					 name);
	vv_status rc = vv_alloc_ok(url, err);
	rc = rc < 0 ? rc : ask_near(a, "GET", url, header, connect, err);
	return rc == VV_OK && a->status != 200
		       ? vv_fail(err, VV_ENOTFOUND, "this machine has no role (HTTP status %u)",
				 a->status)
		       : rc;
}

/* The token, without which version 2 answers nothing, as a header. */
static vv_status open_metadata(vv_buf *header, const char *base, const vv_connect_options *connect,
			       vv_error *err)
{
	vv_auto(secret_answer) a = {0};
	vv_auto(char) *url = vv_asprintf("%s/latest/api/token", base);

	if (!url) return vv_fail_nomem(err);
	const vv_status rc = ask_near(&a, "PUT", url, "X-aws-ec2-metadata-token-ttl-seconds: 21600",
				      connect, VV_IGNORED);
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc < 0 || a.status != 200 || strpbrk(vv_buf_cstr(&a.body), "\r\n")) {
		return vv_fail(err, VV_ENOTFOUND, "this machine has no metadata service");
	}
	vv_buf_printf(header, "X-aws-ec2-metadata-token: %s", vv_buf_cstr(&a.body));
	return vv_buf_ok(header, err);
}

/* Gets keys from the machine's metadata, version 2, within about a second. VV_ENOTFOUND: it has
 * none. */
static vv_status s3_lent_machine(vv_s3_key *out, const vv_connect_options *connect, vv_error *err)
{
	const char *off = env_variable(connect, "AWS_EC2_METADATA_DISABLED");
	const char *base = env_variable(connect, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
	vv_auto(vv_secret_buf) header = VV_BUF_INIT;
	vv_auto(vv_buf) role = VV_BUF_INIT, at = VV_BUF_INIT;
	vv_auto(secret_answer) a = {0};
	vv_status rc;

	if (off && strcmp(off, "true") == 0) {
		return vv_fail(err, VV_ENOTFOUND, "AWS_EC2_METADATA_DISABLED is true");
	}
	base = base ? base : "http://169.254.169.254";
	vv_buf_put(&at, base, strlen(base) - (base[strlen(base) - 1] == '/'));
	if ((rc = vv_buf_ok(&at, err)) < 0 ||
	    (rc = open_metadata(&header, vv_buf_cstr(&at), connect, err)) < 0 ||
	    (rc = get_metadata(&a, vv_buf_cstr(&at), "", vv_buf_cstr(&header), connect, err)) < 0) {
		return rc;
	}
	vv_buf_put(&role, vv_buf_cstr(&a.body), strcspn(vv_buf_cstr(&a.body), "\r\n/? "));
	if ((rc = vv_buf_ok(&role, err)) < 0 ||
	    (rc = get_metadata(&a, vv_buf_cstr(&at), vv_buf_cstr(&role), vv_buf_cstr(&header),
			       connect, err)) < 0) {
		return rc;
	}
	return vv_s3_key_from_json(out, &a.body, "the machine's metadata", err);
}

/* ---- s3_sources ---- */

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
static size_t split_words(char *line, const char *words[], size_t max)
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
	vv_auto(vv_secret_buf) answer = VV_BUF_INIT;
	int code = 0;
	vv_status rc = vv_program_run(env, words, NULL, 0, &answer, &code, err);

	if (rc < 0) return rc;
	return code == 0 ? vv_s3_key_from_json(out, &answer, "the program's output", err)
			 : vv_fail(err, VV_EREFUSED, "'%s' ended with exit code %d",
				   vv_text_shows(words[0]), code);
}

/* The program that the user's own settings name. */
static vv_status from_program(vv_s3_key *out, const vv_s3_profile *p, const vv_env *env,
			      vv_error *err)
{
	const char *words[WORDS_MAX + 1];
	vv_auto(char) *line = vv_strdup(p->process);
	vv_status rc = line ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK && split_words(line, words, WORDS_MAX) == 0) {
		rc = vv_fail(err, VV_EINPUT, "credential_process is empty, expected a program");
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
				       "its source_profile leads through more than %u profiles",
				       SOURCES_MAX);
		}
		return from_named(out, f, p->source, strcmp(p->source, p->name) == 0, err);
	}
	if (strcmp(kind, "Environment") == 0) return from_environment(out, f->env, err);
	if (strcmp(kind, "EcsContainer") == 0) return s3_lent_container(out, f->connect, err);
	if (strcmp(kind, "Ec2InstanceMetadata") == 0) {
		return s3_lent_machine(out, f->connect, err);
	}
	if (*kind) {
		return vv_fail(err, VV_EINPUT,
			       "its credential_source '%s' is not Environment, EcsContainer or "
			       "Ec2InstanceMetadata",
			       vv_text_shows(kind));
	}
	return vv_fail(
		err, VV_EINPUT,
		"its role_arn needs source_profile, credential_source (Environment, EcsContainer, "
		"Ec2InstanceMetadata) or web_identity_token_file");
}

/* Gets the credentials with which the role is requested. */
static vv_status need_taker(vv_s3_key *out, finder *f, const vv_s3_profile *p, vv_error *err)
{
	const vv_status rc = find_taker(out, f, p, err);

	if (rc < 0) return rc;
	if (out->id) {
		return vv_s3_key_check(
			out, p->source ? "its source_profile" : "its credential_source", err);
	}
	return p->source
		       ? vv_fail(err, VV_EINPUT,
				 "its source_profile '%s' does not exist, or has no keys",
				 vv_text_shows(p->source))
		       : vv_fail(err, VV_EINPUT,
				 "its credential_source is Environment, but AWS_ACCESS_KEY_ID and "
				 "AWS_SECRET_ACCESS_KEY are not both set");
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
		return vv_fail(
			err, VV_EINPUT,
			"its role needs the code of an MFA device (mfa_serial)\n"
			"'aws configure export-credentials --profile %s --format env' asks for the code, and prints variables to set",
			vv_text_shows(p->name));
	}
	if (!p->web_token_file) {
		if ((rc = need_taker(&by, f, p, err)) < 0) return rc;
		role.by = &by;
	}
	return s3_lent_role(out, &role, f->connect, err);
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

/* The profile's keys, except for a role; *out stays empty without any. */
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
	const vv_status rc = s3_lent_role(out, &role, f->connect, err);
	return rc < 0 ? vv_prefix(err, "the role of AWS_ROLE_ARN") : VV_OK;
}

static vv_status fail_none(const vv_s3_profile *p, vv_error *err)
{
	if (!p->has_file) {
		return vv_fail(err, VV_ENOTFOUND,
			       "no credentials for S3 were found\n"
			       "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write them to "
			       "'%s'",
			       vv_text_shows(p->file));
	}
	if (!p->found) {
		return vv_fail(err, VV_ENOTFOUND,
			       "neither '%s' nor AWS's config file has the profile [%s]\n"
			       "set AWS_PROFILE to a profile of these files",
			       vv_text_shows(p->file), vv_text_shows(p->name));
	}
	return vv_fail(err, VV_EINPUT,
		       "the profile [%s] has no keys\n"
		       "it needs aws_access_key_id and aws_secret_access_key, role_arn, an SSO "
		       "session or credential_process",
		       vv_text_shows(p->name));
}

/* Gets keys from the services of the environment. A named profile without keys is the user's mistake. */
static vv_status from_surroundings(vv_s3_key *out, const finder *f, const vv_s3_profile *p,
				   vv_error *err)
{
	const char *named = vv_env_get(f->env, "AWS_PROFILE");

	if (named && *named) return fail_none(p, err);
	vv_status rc = s3_lent_container(out, f->connect, err);
	if (rc != VV_ENOTFOUND) return rc;
	rc = s3_lent_machine(out, f->connect, err);
	return rc == VV_ENOTFOUND ? fail_none(p, err) : rc;
}

static vv_status find_key(vv_s3_key *out, finder *f, vv_error *err)
{
	vv_auto(vv_s3_profile) p = {0};
	vv_status rc = from_environment(out, f->env, err);

	if (rc < 0 || out->id || (rc = vv_s3_profile_read(&p, f->env, NULL, err)) < 0) return rc;
	if (!p.role && ((rc = from_web_identity(out, f, err)) < 0 || out->id)) return rc;
	rc = p.role ? from_role(out, f, &p, err) : from_profile(out, &p, f->env, err);
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
	vv_status rc = find_key(out, &f, err);
	rc = rc < 0 ? rc : vv_s3_key_check(out, "the environment or profile", err);
	if (rc < 0) {
		vv_s3_key_clear(out);
	}
	return rc;
}
