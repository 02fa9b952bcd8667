/*
 * commit_summary: the lines after a commit; the numbers were found with the changes.
 */
#include "cmd/varve/print/commit_summary.h"
#include "cmd/frame/hint_words.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/print/commit_stat.h"
#include "lib/view/table_diff.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"

/* More datasets than this are summed up. */
enum { SHOWN_MAX = 20 };

static vv_status print_line(vv_repository *r, const vv_change_entry *e, vv_error *err)
{
	const vv_change_facts *f = &e->staged_facts;
	vv_auto(vv_buf) b = VV_BUF_INIT;
	const bool gone = e->index_mode == 0;
	bool tracked = true;
	vv_status rc = gone ? VV_OK : vv_attr_tracked(r, e->path, &tracked, err);

	vv_change_facts_put(&b, e, f);
	vv_out("  ");
	if (e->from) {
		vv_out("%s => ", vv_text_shows(e->from));
	}
	vv_out("%s: ", vv_text_shows(e->path));
	if (gone) {
		vv_out(b.len > 0 ? "removed, " : "removed");
	} else if (e->head_mode == 0) {
		vv_out("new, ");
	}
	vv_out_bytes(vv_buf_cstr(&b), b.len);
	if (f->known) {
		vv_out("; %s of %s %s%s new", vv_text_count(f->groups_new),
		       vv_text_count(f->groups), e->table ? "group" : "chunk",
		       f->groups == 1 ? "" : "s");
		vv_out(", %s for a file of %s", vv_text_bytes(f->stored), vv_text_bytes(f->bytes));
	}
	vv_out("\n");
	if (e->dataset && !tracked) { /* as after 'git mv' */
		vv_warn("%s: no longer tracked by .gitattributes; 'varve track %s' tracks it again",
			vv_text_shows(e->path), vv_hint_path(e->path));
	}
	return rc;
}

static void print_head(const char *branch, const char *hex, const char *message, bool root_commit)
{
	static const char heads[] = "refs/heads/";

	if (branch && strncmp(branch, heads, sizeof(heads) - 1) == 0) {
		branch += sizeof(heads) - 1;
	}
	vv_out("[%s %s%s] %s\n", branch ? vv_text_shows(branch) : "detached HEAD",
	       root_commit ? "(root-commit) " : "", hex,
	       vv_text_show(message, strcspn(message, "\n")));
}

vv_status vv_commit_summary_print(vv_repository *r, const vv_changes *changes, const vv_oid *id,
				  const char *message, bool root_commit, vv_error *err)
{
	size_t files = 0, datasets = 0;
	vv_auto(char) *hex = NULL;
	vv_status rc = vv_rev_short(r, id, &hex, err);

	if (rc < 0) return rc;
	print_head(changes->head.branch, hex, message, root_commit);
	vv_array_each(changes->entries, changes->count, entry) {
		files += entry->staged != ' ' && entry->staged != '?';
	}
	vv_out(" %s file%s changed\n", vv_text_count(files), files == 1 ? "" : "s");
	vv_array_each(changes->entries, changes->count, e) {
		if ((!e->dataset && !e->staged_facts.counts.counted &&
		     !(e->staged == 'D' && vv_diff_is_table_name(e->path, true))) ||
		    e->staged == ' ') {
			continue;
		}
		if (++datasets <= SHOWN_MAX && (rc = print_line(r, e, err)) < 0) return rc;
	}
	if (datasets > SHOWN_MAX) {
		vv_out("  and %s more\n", vv_text_count(datasets - SHOWN_MAX));
	}
	return rc;
}

void vv_commit_summary_put_stat(vv_repository *r, const vv_oid *from, const vv_oid *to, bool growth)
{
	const vv_stat_options how = {.growth = growth};
	vv_auto(vv_commit_stat) stat = {0};
	vv_error err;

	if (vv_commit_stat_make(&stat, r, from, to, &how, &err) < 0) {
		vv_warn("%s", err.message);
	} else {
		vv_commit_stat_print(&stat, false);
	}
}

void vv_commit_summary_print_made(vv_repository *r, const vv_head *before, const vv_oid *id,
				  bool growth)
{
	vv_auto(vv_commit) c = {.message = NULL};
	vv_auto(char) *hex = NULL;
	vv_error err;

	if (vv_commit_read(r, id, &c, &err) < 0 || vv_rev_short(r, id, &hex, &err) < 0) {
		vv_warn("%s", err.message);
		return;
	}
	print_head(before->branch, hex, c.message, false);
	vv_commit_summary_put_stat(r, &before->commit, id, growth);
}
