/*
 * kinds: knows how each kind of handle is freed, and how the items of each cursor are packed.
 */
#include <stdlib.h>

#include "handle.h"

#define RELEASE(noun)                                                                              \
	static void noun##_release(void *at)                                                       \
	{                                                                                          \
		varve_##noun##_free(at);                                                           \
	}

RELEASE(repo)
RELEASE(version)
RELEASE(table)
RELEASE(filter)
RELEASE(report)
RELEASE(diff)
RELEASE(rows)
RELEASE(refs)
RELEASE(log)
RELEASE(versions)
RELEASE(changes)
RELEASE(row_history)

static void put_cells(pack *out, const varve_cell *cells, size_t count)
{
	if (!cells) {
		pack_none(out);
		return;
	}
	pack_tuple(out, count);
	for (size_t i = 0; i < count; i++) {
		pack_cell(out, &cells[i]);
	}
}

static int rows_item(void *at, pack *out, varve_error *err)
{
	const varve_cell *cells;
	size_t count;
	int rc = varve_rows_next(at, &cells, err);

	if (rc > 0) {
		(void)varve_rows_columns(at, &count);
		put_cells(out, cells, count);
	}
	return rc;
}

static int numbered_item(void *at, pack *out, varve_error *err)
{
	const varve_cell *cells;
	size_t count;
	int rc = varve_rows_next(at, &cells, err);

	if (rc > 0) {
		(void)varve_rows_columns(at, &count);
		pack_tuple(out, count + 1);
		for (size_t i = 0; i < count; i++) {
			pack_cell(out, &cells[i]);
		}
		pack_row(out, varve_rows_number(at));
	}
	return rc;
}

static void compared_release(void *at)
{
	compared *c = at;

	diff_release(c->diff);
	free(c);
}

static int diff_item(void *at, pack *out, varve_error *err)
{
	compared *d = at;
	const varve_row_change *c;
	int rc = varve_diff_next(d->diff, &c, err);

	if (rc <= 0) return rc;
	pack_tuple(out, 6);
	pack_int(out, c->kind);
	pack_row(out, c->old_row);
	pack_row(out, c->new_row);
	put_cells(out, c->before, d->before);
	put_cells(out, c->after, d->after);
	pack_bytes(out, c->cells, c->cells ? d->pairs : 0);
	return rc;
}

static int refs_item(void *at, pack *out, varve_error *err)
{
	const varve_ref *r;
	int rc = varve_refs_next(at, &r, err);

	if (rc > 0) {
		pack_tuple(out, 2);
		pack_text(out, r->name);
		pack_text(out, r->commit);
	}
	return rc;
}

static int log_item(void *at, pack *out, varve_error *err)
{
	const varve_commit *c;
	int rc = varve_log_next(at, &c, err);

	if (rc <= 0) return rc;
	pack_tuple(out, 12);
	pack_text(out, c->id);
	pack_text(out, c->tree);
	pack_tuple(out, c->parent_count);
	for (size_t i = 0; i < c->parent_count; i++) {
		pack_text(out, c->parents[i]);
	}
	pack_text(out, c->author);
	pack_text(out, c->author_mail);
	pack_int(out, c->author_time);
	pack_int(out, c->author_offset);
	pack_text(out, c->committer);
	pack_text(out, c->committer_mail);
	pack_int(out, c->commit_time);
	pack_int(out, c->commit_offset);
	pack_text(out, c->message);
	return rc;
}

void pack_version(pack *out, const varve_version_facts *f)
{
	pack_tuple(out, 9);
	pack_int(out, f->from);
	pack_int(out, f->stored);
	pack_int(out, f->table);
	pack_int(out, f->here);
	pack_text(out, f->path);
	pack_text(out, f->commit);
	pack_text(out, f->cid);
	pack_row(out, f->bytes);
	pack_row(out, f->rows);
}

static int versions_item(void *at, pack *out, varve_error *err)
{
	const varve_version_facts *f;
	int rc = varve_versions_next(at, &f, err);

	if (rc > 0) {
		pack_version(out, f);
	}
	return rc;
}

static int changes_item(void *at, pack *out, varve_error *err)
{
	const varve_path_change *c;
	int rc = varve_changes_next(at, &c, err);

	if (rc > 0) {
		pack_tuple(out, 5);
		pack_text(out, c->path);
		pack_text(out, c->old_path);
		pack_str(out, &c->staged, 1);
		pack_str(out, &c->work, 1);
		pack_int(out, c->table);
	}
	return rc;
}

static int row_history_item(void *at, pack *out, varve_error *err)
{
	const varve_row_event *e;
	int rc = varve_row_history_next(at, &e, err);

	if (rc <= 0) return rc;
	pack_tuple(out, 4);
	pack_text(out, e->commit);
	pack_int(out, e->kind);
	pack_text(out, e->path);
	pack_tuple(out, e->cell_count);
	for (size_t i = 0; i < e->cell_count; i++) {
		pack_tuple(out, 4);
		pack_text(out, e->cells[i].name);
		pack_text(out, e->cells[i].old_name);
		pack_cell(out, &e->cells[i].before);
		pack_cell(out, &e->cells[i].after);
	}
	return rc;
}

const kind repo_kind = {"repository", repo_release, NULL, true};
const kind version_kind = {"version", version_release, NULL, false};
const kind table_kind = {"table", table_release, NULL, false};
const kind filter_kind = {"filter", filter_release, NULL, false};
const kind report_kind = {"report", report_release, NULL, true};
const kind diff_kind = {"difference", compared_release, diff_item, true};
const kind rows_kind = {"rows", rows_release, rows_item, true};
const kind numbered_kind = {"rows", rows_release, numbered_item, true};
const kind refs_kind = {"refs", refs_release, refs_item, true};
const kind log_kind = {"log", log_release, log_item, true};
const kind versions_kind = {"versions", versions_release, versions_item, true};
const kind changes_kind = {"changes", changes_release, changes_item, true};
const kind row_history_kind = {"history", row_history_release, row_history_item, true};
