/*
 * attributes: what the attributes of a path mean for a file's content.
 */
#include "repo/git/index/attributes.h"

#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/index/attribute_sources.h"
#include "repo/git/index/attributes_internal.h"
#include "repo/git/repository_internal.h"

vv_status vv_attr_can_be_read(const vv_repository *r, const char *path, vv_error *err)
{
	vv_status rc;
	const char *end = path;

	if (r->bare || !r->workdir) return VV_OK;
	while (end) { /* before each name of the path */
		vv_auto(vv_buf) file = VV_BUF_INIT;
		vv_stat st;

		vv_buf_printf(&file, "%s/%.*s.gitattributes", r->workdir, (int)(end - path), path);
		if ((rc = vv_buf_ok(&file, err)) < 0) return rc;
		if (vv_lstat(&st, file.data, NULL) == VV_OK && !S_ISREG(st.mode) &&
		    !S_ISLNK(st.mode) && !S_ISDIR(st.mode)) {
			return vv_fail(err, VV_EREFUSED, "'%s' is not an ordinary file",
				       vv_text_shows(file.data));
		}
		end = strchr(end, '/');
		end = end ? end + 1 : NULL;
	}
	return VV_OK;
}

static void clear_answers(vv_attr_answer *answers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		vv_free(answers[i].value);
		answers[i].value = NULL;
	}
}

vv_status vv_attr_value(vv_repository *r, const char *path, const char *name, char **out,
			vv_error *err)
{
	vv_attr_answer answer;
	vv_status rc = vv_attr_sources_ask(r, path, &name, 1, &answer, err);

	*out = NULL;
	if (rc < 0) return rc;
	if (answer.kind == VV_ATTR_UNSPECIFIED) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' has no attribute '%s'", vv_text_shows(path),
			       name);
	}
	*out = answer.kind == VV_ATTR_STRING
		       ? answer.value
		       : vv_strdup(answer.kind == VV_ATTR_SET ? "set" : "unset");
	return *out ? VV_OK : vv_fail_nomem(err);
}

static bool is_varve(const vv_attr_answer *answer)
{
	return answer->kind == VV_ATTR_STRING && strcmp(answer->value, "varve") == 0;
}

vv_status vv_attr_tracked(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	static const char *const name[] = {"filter"};
	vv_attr_answer filter;
	vv_status rc = vv_attr_sources_ask(r, path, name, 1, &filter, err);

	*out = false;
	if (rc == VV_OK) {
		*out = is_varve(&filter);
		clear_answers(&filter, 1);
	}
	return rc;
}

vv_status vv_attr_filter_by(const vv_attr_rules *rules, const char *path, char **out, vv_error *err)
{
	static const char *const name[] = {"filter"};
	vv_attr_answer filter = {VV_ATTR_UNSPECIFIED, NULL};
	vv_status rc = vv_attr_rules_ask(rules, path, name, 1, &filter, err);

	*out = filter.value;
	return rc;
}

vv_status vv_attr_compared(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	static const char *const names[] = {"filter", "diff", "merge"};
	vv_attr_answer a[3];
	vv_status rc = vv_attr_sources_ask(r, path, names, 3, a, err);

	*out = false;
	if (rc == VV_OK) {
		*out = !is_varve(&a[0]) && (is_varve(&a[1]) || is_varve(&a[2]));
		clear_answers(a, 3);
	}
	return rc;
}

vv_attr_held vv_attr_hold(vv_repository *r)
{
	if (r->attr_holds++ == 0 && ++r->attr_hold == 0) {
		r->attr_hold = 1;
	}
	return (vv_attr_held){r};
}

void vv_attr_held_clear(vv_attr_held *h)
{
	if (h->repo) {
		h->repo->attr_holds--;
	}
	h->repo = NULL;
}

void vv_attr_flush(vv_repository *r)
{
	vv_attr_sources_flush(r);
	(void)git_attr_cache_flush(r->git);
	git_error_clear();
}

static bool is_set(const vv_attr_answer *answer)
{
	return answer->kind == VV_ATTR_SET || answer->kind == VV_ATTR_STRING;
}

static vv_status find_program(vv_repository *r, const char *filter, vv_conversion *out,
			      vv_error *err)
{
	static const char *const programs[] = {"process", "clean", "smudge"};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]) && !out->foreign; i++) {
		vv_auto(vv_buf) key = VV_BUF_INIT;
		vv_auto(char) *value = NULL;

		vv_buf_printf(&key, "filter.%s.%s", filter, programs[i]);
		if ((rc = vv_buf_ok(&key, err)) < 0) return rc;
		out->foreign = vv_config_string(r, key.data, &value, NULL) == VV_OK && *value;
	}
	(void)snprintf(out->name, sizeof(out->name), "%s", filter);
	return rc;
}

/* Where nothing says what is text, libgit2 finds it out if it is to convert. */
static bool guesses_text(vv_repository *r)
{
	vv_auto(char) *value = NULL;

	return vv_config_string(r, "core.autocrlf", &value, NULL) == VV_OK &&
	       strcasecmp(value, "false") != 0;
}

/* Any filter of another name counts once a program is set for it; an encoding that
 * libgit2 cannot convert counts always. */
vv_status vv_conversion_of(vv_repository *r, const char *path, vv_conversion *out, vv_error *err)
{
	enum { FILTER, ENCODING, TEXT, CRLF, EOL, IDENT, COUNT };
	static const char *const names[COUNT] = {
		"filter", "working-tree-encoding", "text", "crlf", "eol", "ident"};
	vv_attr_answer a[COUNT];
	vv_status rc = vv_attr_sources_ask(r, path, names, COUNT, a, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0) return rc;
	if (a[FILTER].kind == VV_ATTR_STRING && !is_varve(&a[FILTER])) {
		rc = find_program(r, a[FILTER].value, out, err);
	}
	if (is_set(&a[ENCODING]) && !out->foreign) {
		out->foreign = true;
		(void)snprintf(out->name, sizeof(out->name), "working-tree-encoding");
	}
	out->builtin = is_set(&a[TEXT]) || is_set(&a[CRLF]) || is_set(&a[EOL]) ||
		       is_set(&a[IDENT]) ||
		       (a[TEXT].kind == VV_ATTR_UNSPECIFIED && guesses_text(r));
	clear_answers(a, COUNT);
	return rc;
}

vv_status vv_filters_of(vv_repository *r, const char *path, const vv_conversion *c,
			bool to_worktree, git_filter_list **out, vv_error *err)
{
	vv_status rc;

	*out = NULL;
	if (!c->builtin || (rc = vv_attr_can_be_read(r, path, err)) < 0) {
		return c->builtin ? rc : VV_OK;
	}
	int code = git_filter_list_load(out, r->git, NULL, path,
					to_worktree ? GIT_FILTER_TO_WORKTREE : GIT_FILTER_TO_ODB,
					GIT_FILTER_ALLOW_UNSAFE);
	return code < 0 ? vv_git_fail(err, code, "cannot find how '%s' is converted",
				      vv_text_shows(path))
			: VV_OK;
}

/* Git's rule: eol and the old crlf count where text is not said. */
vv_status vv_attr_changes_text(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	static const char *const names[] = {"text", "eol", "crlf", "working-tree-encoding"};
	vv_attr_answer a[4];
	vv_status rc = vv_attr_sources_ask(r, path, names, 4, a, err);

	*out = false;
	if (rc == VV_OK) {
		*out = is_set(&a[0]) || is_set(&a[3]) ||
		       (a[0].kind == VV_ATTR_UNSPECIFIED && (is_set(&a[1]) || is_set(&a[2])));
		clear_answers(a, 4);
	}
	return rc;
}
