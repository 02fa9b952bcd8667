/*
 * s3_profile: the files of AWS's own programs.
 */
#include "transport/places/s3_profile.h"

#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"

#define FILE_MAX ((size_t)1 << 20)

void vv_s3_wipe(char **text)
{
	if (*text) {
		vv_wipe(*text, strlen(*text));
		vv_free(vv_take(text));
	}
}

/* The members, and the words that set them in AWS's files; NULL: none does. */
static const struct {
	const char *word;
	size_t at;
} members[] = {
	{NULL, offsetof(vv_s3_profile, name)},
	{NULL, offsetof(vv_s3_profile, file)},
	{"aws_access_key_id", offsetof(vv_s3_profile, id)},
	{"aws_secret_access_key", offsetof(vv_s3_profile, secret)},
	{"aws_session_token", offsetof(vv_s3_profile, token)},
	{"credential_process", offsetof(vv_s3_profile, process)},
	{"region", offsetof(vv_s3_profile, region)},
	{"endpoint_url", offsetof(vv_s3_profile, endpoint)},
	{"services", offsetof(vv_s3_profile, services)},
	{"role_arn", offsetof(vv_s3_profile, role)},
	{"source_profile", offsetof(vv_s3_profile, source)},
	{"credential_source", offsetof(vv_s3_profile, source_kind)},
	{"web_identity_token_file", offsetof(vv_s3_profile, web_token_file)},
	{"role_session_name", offsetof(vv_s3_profile, session)},
	{"external_id", offsetof(vv_s3_profile, external_id)},
	{"mfa_serial", offsetof(vv_s3_profile, mfa)},
	{"sso_session", offsetof(vv_s3_profile, sso)},
	{"sso_start_url", offsetof(vv_s3_profile, sso)},
};
#define MEMBERS (sizeof(members) / sizeof(members[0]))

static char **member_of(vv_s3_profile *p, size_t i)
{
	return (char **)(void *)((char *)p + members[i].at);
}

void vv_s3_profile_clear(vv_s3_profile *p)
{
	for (size_t i = 0; i < MEMBERS; i++) {
		vv_s3_wipe(member_of(p, i));
	}
	memset(p, 0, sizeof(*p));
}

static void trim_blanks(const char **p, size_t *len)
{
	while (*len > 0 && strchr(" \t\r", **p)) {
		(*p)++;
		(*len)--;
	}
	while (*len > 0 && strchr(" \t\r", (*p)[*len - 1])) {
		(*len)--;
	}
}

/* The value of the line "KEY = VALUE"; NULL: it is another line. */
static const char *value_of(const char *p, size_t len, const char *key, size_t *value_len)
{
	const char *equals = memchr(p, '=', len), *value = equals ? equals + 1 : NULL;
	size_t key_len = equals ? (size_t)(equals - p) : 0;

	*value_len = equals ? len - key_len - 1 : 0;
	trim_blanks(&p, &key_len);
	trim_blanks(&value, value_len);
	return equals && strlen(key) == key_len && memcmp(p, key, key_len) == 0 ? value : NULL;
}

/* Values of the first file take precedence. */
static vv_status take_line(vv_s3_profile *out, const char *p, size_t len, vv_error *err)
{
	for (size_t i = 0; i < MEMBERS; i++) {
		char **member = member_of(out, i);
		size_t value_len = 0;
		const char *value = members[i].word && !*member
					    ? value_of(p, len, members[i].word, &value_len)
					    : NULL;

		if (value && value_len > 0) {
			*member = vv_strndup(value, value_len);
			return *member ? VV_OK : vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* Is the line "[ ... ]"? Then p and len are its content. */
static bool is_header(const char **p, size_t *len)
{
	if (*len < 2 || **p != '[' || (*p)[*len - 1] != ']') return false;
	(*p)++;
	*len -= 2;
	trim_blanks(p, len);
	return true;
}

/* Is it the content of the header "[WORD NAME]"? */
static bool is_section(const char *p, size_t len, const char *word, const char *name)
{
	const size_t before = strlen(word);

	if (len < before || strncmp(p, word, before) != 0) return false;
	p += before;
	len -= before;
	trim_blanks(&p, &len);
	return strlen(name) == len && memcmp(p, name, len) == 0;
}

/* The lines of its section: [NAME], or with prefix "profile " [profile NAME] (of the default one: either). Lines that
 * begin with a blank belong to a line before, as those of services do. */
static vv_status take_section(vv_s3_profile *out, const char *text, const char *prefix,
			      vv_error *err)
{
	const bool either = strcmp(out->name, "default") == 0;
	bool in = false;
	vv_status rc = VV_OK;

	for (vv_line l = {.rest = text}; rc == VV_OK && vv_line_next(&l);) {
		const char *p = l.text;
		size_t len = l.len;

		trim_blanks(&p, &len);
		if (is_header(&p, &len)) {
			in = is_section(p, len, prefix, out->name) ||
			     (either && is_section(p, len, "", out->name));
			out->found = out->found || in;
		} else if (in && len > 0 && *p != '#' && *p != ';' && (!*prefix || p == l.text)) {
			rc = take_line(out, p, len, err);
		}
	}
	return rc;
}

/* The endpoint_url among the lines with a blank before them that follow "s3 =" of [services NAME]. */
static vv_status take_services(vv_s3_profile *out, const char *text, vv_error *err)
{
	bool in = false, s3 = false;

	for (vv_line l = {.rest = text}; vv_line_next(&l);) {
		const char *p = l.text, *value;
		size_t len = l.len, value_len;

		trim_blanks(&p, &len);
		if (is_header(&p, &len)) {
			in = is_section(p, len, "services", out->services);
			s3 = false;
		} else if (in && len > 0 && *p != '#' && *p != ';' && p == l.text) {
			s3 = value_of(p, len, "s3", &value_len) != NULL;
		} else if (s3 && (value = value_of(p, len, "endpoint_url", &value_len)) != NULL &&
			   value_len > 0) {
			vv_s3_wipe(&out->endpoint);
			out->endpoint = vv_strndup(value, value_len);
			return out->endpoint ? VV_OK : vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

static char *path_of(const vv_env *env, const char *variable, const char *name)
{
	const char *path = vv_env_get(env, variable), *home = vv_env_get(env, "HOME");

	if (path && *path) return vv_strdup(path);
	return vv_path_join(home ? home : "", ".aws", name, (char *)NULL);
}

static vv_status read_file(vv_s3_profile *out, const char *path, const char *prefix, vv_error *err)
{
	vv_auto(vv_secret_buf) text = VV_BUF_INIT;
	vv_status rc;

	if (!vv_exists(path)) return VV_OK;
	out->has_file = true;
	if ((rc = vv_read_regular(&text, path, FILE_MAX, err)) < 0 ||
	    (rc = take_section(out, vv_buf_cstr(&text), prefix, err)) < 0) {
		return rc;
	}
	return *prefix && out->services ? take_services(out, vv_buf_cstr(&text), err) : VV_OK;
}

vv_status vv_s3_profile_read(vv_s3_profile *out, const vv_env *env, const char *name, vv_error *err)
{
	vv_auto(char) *config = path_of(env, "AWS_CONFIG_FILE", "config");
	vv_status rc = VV_OK;

	name = name ? name : vv_env_get(env, "AWS_PROFILE");
	*out = (vv_s3_profile){.name = vv_strdup(name && *name ? name : "default")};
	out->file = path_of(env, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
	if (!config || !out->name || !out->file) {
		rc = vv_fail_nomem(err);
	}
	rc = rc < 0 ? rc : read_file(out, out->file, "", err);
	rc = rc < 0 ? rc : read_file(out, config, "profile ", err);
	if (rc < 0) {
		vv_s3_profile_clear(out);
	}
	return rc;
}
