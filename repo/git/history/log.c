/*
 * log: 'git rev-list', whose answers are read as they come.
 */
#include "repo/git/history/log.h"

#include <stdio.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/hint.h"
#include "base/sys.h"
#include "repo/git/history/refs.h"
#include "repo/git/program.h"
#include "repo/git/repository_internal.h"
#include "repo/git/run_git.h"

#define LINE (VV_OID_TEXT + 1u)

struct vv_log {
	vv_fed git;
	const char **argv;
	char skip[32], most[32];
	vv_buf lines, said; /* stdout and stderr */
	size_t at;          /* of the first line that was not given */
};

void vv_log_put_tips(vv_buf *out, const vv_log_options *o)
{
	vv_buf_puts(out, o->all || o->range_count > 0 ? "" : "HEAD\n");
	vv_array_each(o->ranges, o->range_count, range) {
		if (range->has_exclude) {
			vv_buf_printf(out, "%s%s", range->symmetric ? "" : "^",
				      vv_oid_shows(&range->exclude));
			vv_buf_puts(out, range->symmetric ? "..." : "\n");
		}
		vv_buf_printf(out, "%s\n", vv_oid_shows(&range->include));
	}
}

void vv_log_tell_replacements(vv_repository *r)
{
	if (!r->replacements_told && vv_refs_any(r, "refs/replace/")) {
		r->replacements_told = true;
		vv_notes_warn(vv_repository_notes(r),
			      "refs/replace is ignored: 'git log' may show another history");
	}
}

/* Without a range the log begins at HEAD, which may have no commit yet. */
static vv_status check_head(vv_repository *r, const vv_log_options *o, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc = o->all || o->range_count > 0 ? VV_OK : vv_head_read(r, &head, err);

	return rc == VV_OK && !o->all && o->range_count == 0 && vv_oid_is_null(&head.commit)
		       ? vv_fail(err, VV_ENOTFOUND, "the current branch has no commits yet")
		       : rc;
}

/* None where one is the top: it does not limit the log. */
static size_t count_paths(const vv_log_options *o)
{
	size_t count = 0;

	while (o->paths && o->paths[count]) {
		if (!o->paths[count++][0]) return 0;
	}
	return count;
}

static vv_status put_arguments(vv_log *l, const vv_repository *r, const vv_log_options *o,
			       vv_error *err)
{
	const size_t paths = count_paths(o);
	const struct {
		bool given;
		const char *word;
	} options[] = {{true, "git"},
		       {true, "--git-dir"},
		       {true, r->gitdir},
		       {true, "rev-list"},
		       {true, "--stdin"},
		       {o->all, "--all"},
		       {o->first_parent, "--first-parent"},
		       {o->topo, "--date-order"},
		       {o->reverse, "--reverse"},
		       {o->skip > 0, l->skip},
		       {o->max_count > 0, l->most},
		       {true, "--"}};
	const size_t count = sizeof(options) / sizeof(options[0]);
	size_t n = 0;

	(void)snprintf(l->skip, sizeof(l->skip), "--skip=%llu", (unsigned long long)o->skip);
	(void)snprintf(l->most, sizeof(l->most), "-%llu", (unsigned long long)o->max_count);
	if (!(l->argv = vv_calloc(count + paths + 1, sizeof(*l->argv)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		l->argv[n] = options[i].word;
		n += options[i].given;
	}
	for (size_t i = 0; i < paths; i++) {
		l->argv[n++] = o->paths[i];
	}
	l->argv[n] = NULL;
	return VV_OK;
}

/* In the work tree's top: git takes paths as those of the current folder. */
static vv_status start_log(vv_log *l, const vv_repository *r, const vv_log_options *o,
			   vv_error *err)
{
	vv_auto(vv_buf) tips = VV_BUF_INIT, came = VV_BUF_INIT;
	const char *more[] = {vv_git_literal[0],
			      vv_git_literal[1],
			      vv_git_literal[2],
			      vv_git_literal[3],
			      "GIT_NO_REPLACE_OBJECTS=1",
			      NULL,
			      NULL};
	const vv_run run = {.argv = l->argv,
			    .dir = r->workdir ? r->workdir : r->gitdir,
			    .env = r->env,
			    .more = more,
			    .output = &l->lines,
			    .errors = &l->said};
	vv_status rc;

	vv_log_put_tips(&tips, o);
	if (r->came) {
		vv_git_put_alternates(&came, r->env, r->came);
		more[5] = came.data;
	}
	if ((rc = vv_buf_ok(&tips, err)) < 0 || (rc = vv_buf_ok(&came, err)) < 0) return rc;
	rc = vv_fed_start(&l->git, &run, err);
	return rc < 0 ? rc : vv_fed_feed(&l->git, vv_buf_cstr(&tips), tips.len, err);
}

vv_status vv_log_open(vv_log **out, vv_repository *r, const vv_log_options *o, vv_error *err)
{
	vv_auto(vv_log) *l = vv_calloc(1, sizeof(*l));
	vv_status rc;

	*out = NULL;
	if (!l) return vv_fail_nomem(err);
	vv_log_tell_replacements(r);
	if ((rc = check_head(r, o, err)) < 0 || (rc = put_arguments(l, r, o, err)) < 0 ||
	    (rc = start_log(l, r, o, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &l);
}

/* git has listed all, or failed. */
static int child_end(vv_log *l, vv_error *err)
{
	int code = 0;
	vv_status rc = l->git.child.pid > 0 ? vv_fed_end(&l->git, &code, err) : VV_OK;

	return (int)(rc == VV_OK && code != 0
			     ? vv_git_explain("cannot list the commits", &l->said, code, err)
			     : rc);
}

int vv_log_next(vv_log *l, vv_oid *out, vv_error *err)
{
	vv_status rc;

	if (l->lines.len - l->at < LINE && l->git.child.pid > 0) {
		vv_buf_drop_front(&l->lines, l->at);
		l->at = 0;
		if ((rc = vv_fed_read(&l->git, LINE, err)) < 0) return (int)rc;
	}
	if (l->lines.len - l->at < LINE) return child_end(l, err);
	l->at += LINE;
	return vv_oid_parse(out, l->lines.data + l->at - LINE, VV_OID_TEXT)
		       ? 1
		       : (int)vv_fail(err, VV_EIO,
				      "'git rev-list' printed something other than ids");
}

void vv_log_close(vv_log *l)
{
	if (!l) return;
	vv_fed_close(&l->git);
	vv_buf_clear_all(&l->lines, &l->said);
	vv_free_all(l->argv, l);
}
