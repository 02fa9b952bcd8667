/*
 * s3_profile: the files of AWS's own programs.
 */
#include "transport/places/s3_profile.h"

#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/sys.h"

#define FILE_MAX ((size_t)1 << 20)

void vv_s3_wipe(char **text)
{
	if (*text) {
		vv_wipe(*text, strlen(*text));
		vv_free(*text);
		*text = NULL;
	}
}

void vv_s3_profile_clear(vv_s3_profile *p)
{
	vv_s3_wipe(&p->name);
	vv_s3_wipe(&p->file);
	vv_s3_wipe(&p->id);
	vv_s3_wipe(&p->secret);
	vv_s3_wipe(&p->token);
	vv_s3_wipe(&p->process);
	vv_s3_wipe(&p->role);
	vv_s3_wipe(&p->source);
	vv_s3_wipe(&p->source_kind);
	vv_s3_wipe(&p->web_token_file);
	vv_s3_wipe(&p->session);
	vv_s3_wipe(&p->external_id);
	vv_s3_wipe(&p->mfa);
	vv_s3_wipe(&p->sso);
	vv_s3_wipe(&p->region);
	vv_s3_wipe(&p->endpoint);
	vv_s3_wipe(&p->services);
	memset(p, 0, sizeof(*p));
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

/* Values of the first file take precedence. */
static vv_status take_line(vv_s3_profile *out, const char *p, size_t len, vv_error *err)
{
	const struct {
		const char *name;
		char **member;
	} known[] = {{"aws_access_key_id", &out->id},
		     {"aws_secret_access_key", &out->secret},
		     {"aws_session_token", &out->token},
		     {"credential_process", &out->process},
		     {"region", &out->region},
		     {"endpoint_url", &out->endpoint},
		     {"services", &out->services},
		     {"role_arn", &out->role},
		     {"source_profile", &out->source},
		     {"credential_source", &out->source_kind},
		     {"web_identity_token_file", &out->web_token_file},
		     {"role_session_name", &out->session},
		     {"external_id", &out->external_id},
		     {"mfa_serial", &out->mfa},
		     {"sso_session", &out->sso},
		     {"sso_start_url", &out->sso}};
	const char *equals = memchr(p, '=', len);
	const char *value = equals ? equals + 1 : NULL;
	size_t name_len = equals ? (size_t)(equals - p) : 0;
	size_t value_len = equals ? len - name_len - 1 : 0;

	if (!equals) return VV_OK;
	trim(&p, &name_len);
	trim(&value, &value_len);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strlen(known[i].name) == name_len && memcmp(known[i].name, p, name_len) == 0 &&
		    value_len > 0 && !*known[i].member) {
			*known[i].member = vv_strndup(value, value_len);
			return *known[i].member ? VV_OK : vv_fail_nomem(err);
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
	trim(p, len);
	return true;
}

/* The lines of its section: [NAME], or with prefix "profile " [profile NAME] (of the default one: either). Lines that
 * begin with a blank belong to a line before, as those of services do. */
static vv_status take_section(vv_s3_profile *out, const char *text, const char *prefix,
			      vv_error *err)
{
	const size_t before = strlen(prefix);
	bool in = false;
	vv_status rc = VV_OK;

	while (rc == VV_OK && *text) {
		const size_t line = strcspn(text, "\n");
		const char *p = text;
		size_t len = line;

		trim(&p, &len);
		if (is_header(&p, &len)) {
			if (len > before && strncmp(p, prefix, before) == 0) {
				p += before;
				len -= before;
				trim(&p, &len);
			} else if (before > 0 && strcmp(out->name, "default") != 0) {
				len = 0;
			}
			in = strlen(out->name) == len && memcmp(p, out->name, len) == 0;
			out->found = out->found || in;
		} else if (in && len > 0 && *p != '#' && *p != ';' && (before == 0 || p == text)) {
			rc = take_line(out, p, len, err);
		}
		text += line + (text[line] == '\n');
	}
	return rc;
}

/* The value of the line "KEY = VALUE"; NULL: it is another line. */
static const char *value_of(const char *p, size_t len, const char *key, size_t *value_len)
{
	const char *equals = memchr(p, '=', len), *value = equals ? equals + 1 : NULL;
	size_t key_len = equals ? (size_t)(equals - p) : 0;

	*value_len = equals ? len - key_len - 1 : 0;
	trim(&p, &key_len);
	trim(&value, value_len);
	return equals && strlen(key) == key_len && memcmp(p, key, key_len) == 0 ? value : NULL;
}

/* The endpoint_url among the lines with a blank before them that follow "s3 =" of [services NAME]. */
static vv_status take_services(vv_s3_profile *out, const char *text, vv_error *err)
{
	static const char word[] = "services";
	bool in = false, s3 = false;

	while (*text) {
		const size_t line = strcspn(text, "\n");
		const char *p = text, *value;
		size_t len = line, value_len;

		trim(&p, &len);
		if (is_header(&p, &len)) {
			in = s3 = false;
			if (len >= sizeof(word) && strncmp(p, word, sizeof(word) - 1) == 0) {
				p += sizeof(word) - 1;
				len -= sizeof(word) - 1;
				trim(&p, &len);
				in = strlen(out->services) == len &&
				     memcmp(p, out->services, len) == 0;
			}
		} else if (in && len > 0 && *p != '#' && *p != ';' && p == text) {
			s3 = value_of(p, len, "s3", &value_len) != NULL;
		} else if (s3 && (value = value_of(p, len, "endpoint_url", &value_len)) != NULL &&
			   value_len > 0) {
			vv_s3_wipe(&out->endpoint);
			out->endpoint = vv_strndup(value, value_len);
			return out->endpoint ? VV_OK : vv_fail_nomem(err);
		}
		text += line + (text[line] == '\n');
	}
	return VV_OK;
}

static char *path_of(const vv_env *env, const char *variable, const char *name)
{
	const char *path = vv_env_get(env, variable), *home = vv_env_get(env, "HOME");

	return path && *path ? vv_strdup(path)
			     : vv_path_join(home ? home : "", ".aws", name, (char *)NULL);
}

static vv_status read_file(vv_s3_profile *out, const char *path, const char *prefix, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = VV_OK;

	if (vv_exists(path)) {
		out->has_file = true;
		if ((rc = vv_read_regular(&text, path, FILE_MAX, err)) == VV_OK) {
			rc = take_section(out, vv_buf_cstr(&text), prefix, err);
		}
		if (rc == VV_OK && *prefix && out->services) {
			rc = take_services(out, vv_buf_cstr(&text), err);
		}
	}
	vv_buf_wipe(&text);
	return rc;
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
