/*
 * branch: knows what belongs to a branch's name: reflog, settings, HEADs.
 */
#include "repo/branch.h"

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/refs.h"
#include "repo/repository_internal.h"

#define SETTINGS_MAX 64

/* Settings are collected first: they change under us. */
typedef struct settings {
	const char *prefix; /* "branch.<name>." */
	char *names[SETTINGS_MAX], *values[SETTINGS_MAX];
	size_t count;
} settings;

static vv_status collect(void *payload, const char *name, const char *value, const char *level,
			 vv_error *err)
{
	settings *s = payload;
	size_t n = strlen(s->prefix);

	if (strcmp(level, "local") != 0 || strncmp(name, s->prefix, n) != 0 ||
	    strchr(name + n, '.') || s->count == SETTINGS_MAX) {
		return VV_OK;
	}
	s->names[s->count] = vv_strdup(name + n);
	s->values[s->count] = vv_strdup(value ? value : "true");
	s->count++;
	return s->names[s->count - 1] && s->values[s->count - 1] ? VV_OK : vv_fail_nomem(err);
}

static vv_status set(vv_repository *r, const char *branch, const char *name, const char *value,
		     vv_error *err)
{
	vv_buf key = VV_BUF_INIT;
	vv_status rc;

	vv_buf_printf(&key, "branch.%s.%s", branch, name);
	rc = vv_buf_ok(&key, err);
	if (rc == VV_OK) {
		rc = vv_config_set(r, key.data, value, err);
	}
	vv_buf_clear(&key);
	return rc == VV_ENOTFOUND && !value ? VV_OK : rc;
}

/* Not by git_branch_move: its renaming of the section leaks (libgit2 1.5.1). */
static vv_status move_settings(vv_repository *r, const char *from, const char *to, vv_error *err)
{
	settings s = {0};
	vv_buf prefix = VV_BUF_INIT;
	vv_status rc;
	size_t i;

	vv_buf_printf(&prefix, "branch.%s.", from);
	s.prefix = vv_buf_cstr(&prefix);
	rc = vv_buf_ok(&prefix, err);
	if (rc == VV_OK) {
		rc = vv_config_each(r, s.prefix, collect, &s, err);
	}
	for (i = 0; i < s.count; i++) {
		if (rc == VV_OK && (rc = set(r, to, s.names[i], s.values[i], err)) == VV_OK) {
			rc = set(r, from, s.names[i], NULL, err);
		}
		vv_free(s.names[i]);
		vv_free(s.values[i]);
	}
	vv_buf_clear(&prefix);
	return rc;
}

/* "refs/heads/<name>", or the reflog's line; the caller's (vv_free). */
static char *join(const char *a, const char *b, const char *c, const char *d)
{
	vv_buf out = VV_BUF_INIT;

	vv_buf_puts(&out, a);
	vv_buf_puts(&out, b);
	vv_buf_puts(&out, c);
	vv_buf_puts(&out, d);
	return vv_buf_detach(&out);
}

#define REFLOG_MAX ((size_t)1 << 30)

/* git_reference_rename begins a new reflog (libgit2 1.5.1): what the old one said, which
 * also keeps old versions alive, is put in front of it. */
static vv_status keep_reflog(vv_repository *r, const char *new_name, const vv_buf *before,
			     vv_error *err)
{
	char *file = vv_path_join(r->commondir, "logs", new_name, (char *)NULL);
	vv_buf log = VV_BUF_INIT;
	vv_status rc;

	if (!file) {
		return vv_fail_nomem(err);
	}
	vv_buf_put(&log, before->data, before->len);
	rc = vv_read_file(&log, file, REFLOG_MAX, err);
	if (rc == VV_OK || rc == VV_ENOTFOUND) {
		rc = vv_buf_ok(&log, err);
	}
	if (rc == VV_OK) {
		rc = vv_write_file(file, log.data, log.len, true, err);
	}
	vv_buf_clear(&log);
	vv_free(file);
	return rc;
}

static vv_status read_reflog(vv_repository *r, const char *name, vv_buf *out, vv_error *err)
{
	char *file = vv_path_join(r->commondir, "logs", name, (char *)NULL);
	vv_status rc;

	if (!file) {
		return vv_fail_nomem(err);
	}
	rc = vv_read_file(out, file, REFLOG_MAX, err);
	vv_free(file);
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

vv_status vv_branch_rename(vv_repository *r, const char *from, const char *to, bool force,
			   vv_error *err)
{
	git_reference *branch = NULL, *moved = NULL;
	char *old_name = join("refs/heads/", from, "", ""),
	     *new_name = join("refs/heads/", to, "", "");
	char *message = join("Branch: renamed refs/heads/", from, " to refs/heads/", to),
	     *where = NULL;
	vv_buf reflog = VV_BUF_INIT;
	vv_status rc;
	int code = 0;

	if (!old_name || !new_name || !message) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if ((rc = vv_ref_name_check(to, err)) < 0) {
		goto done;
	}
	code = git_reference_lookup(&branch, r->git, old_name);
	if (code == GIT_ENOTFOUND) {
		git_error_clear();
		rc = vv_fail(err, VV_ENOTFOUND, "there is no branch '%s'", vv_text_shows(from));
		goto done;
	}
	if (strcmp(from, to) != 0 &&
	    (rc = vv_branch_checked_out(r, new_name, &where, err)) == VV_OK && where) {
		rc = vv_fail(err, VV_EREFUSED, "branch '%s' is checked out in '%s'",
			     vv_text_shows(to), vv_text_shows(where));
	}
	if (rc < 0 || strcmp(from, to) == 0) {
		goto done;
	}
	if ((rc = read_reflog(r, old_name, &reflog, err)) < 0) {
		goto done;
	}
	if (code == 0) {
		code = git_reference_rename(&moved, branch, new_name, force, message);
	}
	if (code == GIT_EEXISTS) {
		git_error_clear();
		rc = vv_fail(err, VV_EEXISTS, "there is a branch '%s' already", vv_text_shows(to));
	} else if (code < 0) {
		rc = vv_git_fail(err, code, "cannot rename branch '%s' to '%s'",
				 vv_text_shows(from), vv_text_shows(to));
	} else if (reflog.len == 0 || (rc = keep_reflog(r, new_name, &reflog, err)) == VV_OK) {
		rc = move_settings(r, from, to, err);
	}
done:
	vv_buf_clear(&reflog);
	vv_free(old_name);
	vv_free(new_name);
	vv_free(message);
	vv_free(where);
	git_reference_free(moved);
	git_reference_free(branch);
	return rc;
}
