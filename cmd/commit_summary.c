/*
 * commit_summary: the lines after a commit; numbers come from pointers and list nodes.
 */
#include "cmd/commit_summary.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "cmd/growth.h"
#include "cmd/output.h"
#include "repo/history.h"

/* More datasets than this are summed up. */
enum { SHOWN_MAX = 20 };

typedef struct totals {
	size_t datasets;
	uint64_t stored, bytes;
} totals;

static vv_status pointer_of(vv_stage *s, const vv_oid *id, uint32_t mode, vv_arena *arena, vv_pointer *out,
			    vv_error *err)
{
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (mode == 0)
		return VV_OK;
	rc = vv_stage_pointer(s, id, arena, out, err);
	return rc == VV_EINPUT || rc == VV_EREFUSED ? VV_OK : rc;
}

static void print_rows(const vv_pointer *now, const vv_pointer *before)
{
	vv_out("%s row%s", vv_text_count(now->rows), now->rows == 1 ? "" : "s");
	if (before->kind && now->rows > before->rows)
		vv_out(" (+%s)", vv_text_count(now->rows - before->rows));
	else if (before->kind && now->rows < before->rows)
		vv_out(" (-%s)", vv_text_count(before->rows - now->rows));
	vv_out(", ");
}

static void print_line(const vv_change_entry *e, const vv_pointer *now, const vv_pointer *before,
		       const vv_growth *growth)
{
	bool table = strcmp(now->kind, "table") == 0;
	const vv_change_facts *f = &e->staged_facts;

	vv_out("  %s: ", vv_text_shows(e->path));
	if (table)
		print_rows(now, before);
	if (f->known)
		vv_out("%s of %s %s%s new, ", vv_text_count(f->groups_new), vv_text_count(f->groups),
		       table ? "group" : "chunk", f->groups == 1 ? "" : "s");
	vv_out("%s stored of %s\n", vv_text_bytes(growth->stored), vv_text_bytes(now->bytes));
}

static vv_status summarise(vv_repository *r, vv_stage *s, const vv_change_entry *e, totals *t, vv_error *err)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_pointer now, before;
	vv_growth growth = {0, 0, 0};
	vv_store *store;
	vv_status rc;

	if ((rc = pointer_of(s, &e->head_id, e->head_mode, &arena, &before, err)) == VV_OK &&
	    (rc = pointer_of(s, &e->index_id, e->index_mode, &arena, &now, err)) == VV_OK && now.kind &&
	    (rc = vv_repository_store(r, &store, err)) == VV_OK) {
		rc = vv_growth_count(&growth, store, &before.root, &now.root, err);
		if (rc == VV_EMISSING)
			rc = VV_OK;
		t->datasets++;
		t->stored += growth.stored;
		t->bytes += now.bytes;
		if (rc == VV_OK && t->datasets <= SHOWN_MAX)
			print_line(e, &now, &before, &growth);
	}
	vv_arena_clear(&arena);
	return rc;
}

vv_status vv_commit_summary_print(vv_repository *r, vv_stage *s, const vv_changes *changes,
				  const vv_oid *id, const char *message, bool root_commit, vv_error *err)
{
	static const char heads[] = "refs/heads/";
	const char *branch = changes->head.branch;
	size_t subject = strcspn(message, "\n"), files = 0;
	totals t = {0, 0, 0};
	char *hex = NULL;
	vv_status rc = vv_rev_short(r, id, &hex, err);

	if (rc < 0)
		return rc;
	if (branch && strncmp(branch, heads, sizeof(heads) - 1) == 0)
		branch += sizeof(heads) - 1;
	vv_out("[%s %s%s] %s\n", branch ? vv_text_shows(branch) : "detached HEAD",
	       root_commit ? "(root-commit) " : "", hex, vv_text_show(message, subject));
	vv_free(hex);
	for (size_t i = 0; i < changes->count; i++)
		files += changes->entries[i].staged != ' ' && changes->entries[i].staged != '?';
	vv_out(" %s file%s changed\n", vv_text_count(files), files == 1 ? "" : "s");
	for (size_t i = 0; i < changes->count && rc == VV_OK; i++) {
		const vv_change_entry *e = &changes->entries[i];
		if (e->dataset && e->index_mode != 0 && e->staged != ' ')
			rc = summarise(r, s, e, &t, err);
	}
	if (t.datasets > SHOWN_MAX)
		vv_out("  and %s more; in all %s stored of %s\n", vv_text_count(t.datasets - SHOWN_MAX),
		       vv_text_bytes(t.stored), vv_text_bytes(t.bytes));
	return rc;
}
