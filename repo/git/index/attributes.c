/*
 * attributes: asking for attributes through libgit2, and what they mean for a file's content.
 */
#include "repo/git/index/attributes.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/index/attributes_internal.h"
#include "repo/git/repository_internal.h"

vv_status vv_attr_can_be_read(const vv_repository *r, const char *path, vv_error *err)
{
	vv_status rc = VV_OK;
	const char *end = path;

	if (r->bare || !r->workdir) {
		return VV_OK;
	}
	while (rc == VV_OK && end) { /* before each name of the path */
		vv_buf file = VV_BUF_INIT;
		vv_stat st;

		vv_buf_printf(&file, "%s/%.*s.gitattributes", r->workdir, (int)(end - path), path);
		rc = vv_buf_ok(&file, err);
		if (rc == VV_OK && vv_lstat(&st, file.data, NULL) == VV_OK && !S_ISREG(st.mode) &&
		    !S_ISLNK(st.mode) && !S_ISDIR(st.mode)) {
			rc = vv_fail(err, VV_EREFUSED, "'%s' is not an ordinary file",
				     vv_text_shows(file.data));
		}
		vv_buf_clear(&file);
		end = strchr(end, '/');
		end = end ? end + 1 : NULL;
	}
	return rc;
}

vv_status vv_attr_value(vv_repository *r, const char *path, const char *name, char **out,
			vv_error *err)
{
	uint32_t flags = r->bare ? GIT_ATTR_CHECK_INDEX_ONLY | GIT_ATTR_CHECK_INCLUDE_HEAD
				 : GIT_ATTR_CHECK_FILE_THEN_INDEX;
	const char *value = NULL;
	vv_status rc;
	int code;

	*out = NULL;
	if ((rc = vv_attr_can_be_read(r, path, err)) < 0) {
		return rc;
	}
	if ((code = git_attr_get(&value, r->git, flags, path, name)) < 0) {
		return vv_git_fail(err, code, "cannot read the attributes of '%s'",
				   vv_text_shows(path));
	}
	switch (git_attr_value(value)) {
	case GIT_ATTR_VALUE_TRUE:
		*out = vv_strdup("set");
		break;
	case GIT_ATTR_VALUE_FALSE:
		*out = vv_strdup("unset");
		break;
	case GIT_ATTR_VALUE_STRING:
		*out = vv_strdup(value);
		break;
	default:
		return vv_fail(err, VV_ENOTFOUND, "'%s' has no attribute '%s'", vv_text_shows(path),
			       name);
	}
	return *out ? VV_OK : vv_fail_nomem(err);
}

static vv_status is_varve(vv_repository *r, const char *path, const char *name, bool *out,
			  vv_error *err)
{
	char *value = NULL;
	vv_status rc = vv_attr_value(r, path, name, &value, err);

	*out = rc == VV_OK && strcmp(value, "varve") == 0;
	vv_free(value);
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

vv_status vv_attr_tracked(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	return is_varve(r, path, "filter", out, err);
}

vv_status vv_attr_compared(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	bool tracked = false, diff = false, merge = false;
	vv_status rc;

	*out = false;
	if ((rc = is_varve(r, path, "filter", &tracked, err)) < 0 || tracked ||
	    (rc = is_varve(r, path, "diff", &diff, err)) < 0 ||
	    (rc = is_varve(r, path, "merge", &merge, err)) < 0) {
		return rc;
	}
	*out = diff || merge;
	return VV_OK;
}

void vv_attr_flush(vv_repository *r)
{
	(void)git_attr_cache_flush(r->git);
	git_error_clear();
}

/* Any filter of another name counts once a program is set for it; an encoding that
 * libgit2 cannot convert counts always. */
vv_status vv_conversion_of(vv_repository *r, const char *path, vv_conversion *out, vv_error *err)
{
	static const char *const programs[] = {"process", "clean", "smudge"};
	char *filter = NULL, *encoding = NULL;
	vv_status rc;
	size_t i;

	memset(out, 0, sizeof(*out));
	rc = vv_attr_value(r, path, "filter", &filter, err);
	if (rc == VV_OK && strcmp(filter, "set") != 0 && strcmp(filter, "unset") != 0 &&
	    strcmp(filter, "varve") != 0) {
		for (i = 0; i < sizeof(programs) / sizeof(programs[0]) && !out->foreign; i++) {
			vv_buf key = VV_BUF_INIT;
			char *value = NULL;

			vv_buf_printf(&key, "filter.%s.%s", filter, programs[i]);
			out->foreign = vv_config_string(r, vv_buf_cstr(&key), &value, NULL) ==
					       VV_OK &&
				       *value;
			vv_free(value);
			vv_buf_clear(&key);
		}
		(void)snprintf(out->name, sizeof(out->name), "%s", filter);
	}
	vv_free(filter);
	if (rc < 0 && rc != VV_ENOTFOUND) {
		return rc;
	}
	rc = vv_attr_value(r, path, "working-tree-encoding", &encoding, err);
	if (rc == VV_OK && strcmp(encoding, "unset") != 0 && !out->foreign) {
		out->foreign = true;
		(void)snprintf(out->name, sizeof(out->name), "working-tree-encoding");
	}
	vv_free(encoding);
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

vv_status vv_filters_of(vv_repository *r, const char *path, bool to_worktree, git_filter_list **out,
			vv_error *err)
{
	vv_status rc = vv_attr_can_be_read(r, path, err);
	int code;

	if (rc < 0) {
		return rc;
	}
	code = git_filter_list_load(out, r->git, NULL, path,
				    to_worktree ? GIT_FILTER_TO_WORKTREE : GIT_FILTER_TO_ODB,
				    GIT_FILTER_ALLOW_UNSAFE);
	return code < 0 ? vv_git_fail(err, code, "cannot find how '%s' is converted",
				      vv_text_shows(path))
			: VV_OK;
}

/* Is the attribute there, and set to anything? */
static vv_status is_set(vv_repository *r, const char *path, const char *name, bool *set,
			bool *specified, vv_error *err)
{
	char *value = NULL;
	vv_status rc = vv_attr_value(r, path, name, &value, err);

	*specified = rc == VV_OK;
	*set = rc == VV_OK && strcmp(value, "unset") != 0;
	vv_free(value);
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

/* Git's rule: eol and the old crlf count where text is not said. */
vv_status vv_attr_changes_text(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	bool text, has_text, eol, crlf, encoding, any;
	vv_status rc;

	if ((rc = is_set(r, path, "text", &text, &has_text, err)) < 0 ||
	    (rc = is_set(r, path, "eol", &eol, &any, err)) < 0 ||
	    (rc = is_set(r, path, "crlf", &crlf, &any, err)) < 0 ||
	    (rc = is_set(r, path, "working-tree-encoding", &encoding, &any, err)) < 0) {
		return rc;
	}
	*out = text || (!has_text && (eol || crlf)) || encoding;
	return VV_OK;
}
