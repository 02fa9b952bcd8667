/*
 * identity: Git's rules for the name, the address and the time in a commit.
 */
#include "repo/git/history/identity.h"

#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/date.h"

typedef struct role_names {
	const char *env_name, *env_email, *env_date, *key_name, *key_email;
} role_names;

static const role_names roles[] = {
	{"GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE", "author.name", "author.email"},
	{"GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE", "committer.name",
	 "committer.email"},
};

void vv_person_clear(vv_person *p)
{
	vv_free_all(p->name, p->email);
	memset(p, 0, sizeof(*p));
}

/* Characters that would break the line are left out, and those that Git strips
 * from both ends ("crud": fsck refuses the rest). */
static char *clean_text(const char *text, size_t len)
{
	static const char crud[] = " .,:;<>\"\\'";
	char *out, *to;
	size_t i;

	while (len > 0 && ((unsigned char)text[0] <= 32 || strchr(crud, text[0]))) {
		text++;
		len--;
	}
	while (len > 0 && ((unsigned char)text[len - 1] <= 32 || strchr(crud, text[len - 1]))) {
		len--;
	}
	if (!(out = vv_malloc(len + 1))) return NULL;
	for (i = 0, to = out; i < len; i++) {
		if (text[i] != '\n' && text[i] != '<' && text[i] != '>') {
			*to++ = text[i];
		}
	}
	*to = '\0';
	return out;
}

static vv_status find_text(vv_repository *r, const char *env, const char *key, const char *user_key,
			   const char *last_env, char **out, vv_error *err)
{
	const vv_env *given = vv_repository_env(r);
	const char *value = vv_env_get(given, env);
	vv_auto(char) *text = NULL;
	vv_status rc;

	*out = NULL;
	if (!value || !*value) {
		rc = vv_config_string(r, key, &text, err);
		if (rc == VV_ENOTFOUND) {
			rc = vv_config_string(r, user_key, &text, err);
		}
		if ((rc = vv_missing_ok(rc, err)) < 0) return rc;
		if (text) {
			value = text;
		} else if (last_env) {
			value = vv_env_get(given, last_env);
		} else {
			value = NULL;
		}
	}
	if (value && !(*out = clean_text(value, strlen(value)))) return vv_fail_nomem(err);
	return VV_OK;
}

static vv_status find_person(vv_repository *r, const role_names *names, vv_person *out,
			     vv_error *err)
{
	const char *date = vv_env_get(vv_repository_env(r), names->env_date);
	vv_status rc;

	if ((rc = find_text(r, names->env_name, names->key_name, "user.name", NULL, &out->name,
			    err)) < 0 ||
	    (rc = find_text(r, names->env_email, names->key_email, "user.email", "EMAIL",
			    &out->email, err)) < 0) {
		return rc;
	}
	if (!out->name || !*out->name || !out->email) {
		(void)vv_fail(
			err, VV_EUSAGE,
			"Git does not know who you are: %s is not set\n"
			"git config --global user.name 'Your Name'; git config --global user.email you@example.org",
			out->name && *out->name ? "user.email" : "user.name");
		return VV_EUSAGE;
	}
	if (!date || !*date) {
		out->time = vv_now_sec();
		out->offset_min = vv_local_offset_min(out->time);
		return VV_OK;
	}
	if ((rc = vv_date_parse(date, &out->time, &out->offset_min, err)) < 0) {
		(void)vv_prefix(err, "%s", names->env_date);
	}
	return rc;
}

vv_status vv_identity(vv_repository *r, vv_role role, vv_person *out, vv_error *err)
{
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = find_person(r, &roles[role], out, err)) < 0) {
		vv_person_clear(out);
	}
	return rc;
}

vv_status vv_person_parse(const char *text, vv_person *out, vv_error *err)
{
	const char *open = strrchr(text, '<'), *close = open ? strchr(open, '>') : NULL;

	if (!close || close[1] != '\0' || open == text) {
		return vv_fail(err, VV_EUSAGE, "invalid author '%s': expected 'NAME <EMAIL>'",
			       vv_text_shows(text));
	}
	out->name = clean_text(text, (size_t)(open - text));
	out->email = clean_text(open + 1, (size_t)(close - open - 1));
	if (!out->name || !out->email) return vv_fail_nomem(err);
	if (!*out->name) {
		return vv_fail(err, VV_EUSAGE, "invalid author '%s': the name is empty",
			       vv_text_shows(text));
	}
	return VV_OK;
}

void vv_person_put(vv_buf *b, const vv_person *p)
{
	int minutes = p->offset_min < 0 ? -p->offset_min : p->offset_min;

	vv_buf_printf(b, "%s <%s> %lld %c%02d%02d", p->name, p->email, (long long)p->time,
		      p->offset_min < 0 ? '-' : '+', minutes / 60, minutes % 60);
}
