/*
 * add: writes in an order such that a failure at any point leaves the index, .gitattributes and the
 * store unchanged.
 */
#include "lib/worktree/add.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/read/sniff.h"
#include "dataset/read/unseen.h"
#include "dataset/table/root.h"
#include "lib/documents/reader.h"
#include "lib/names/content.h"
#include "lib/tables/dataset_import.h"
#include "lib/worktree/attributes_lines.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/worktree.h"
#include "repo/git/merge/conflict_state.h"

/* More datasets than this in one command get one line each. */
enum { FEW = 3, PLAIN_MAX = 64 << 20 };
#define LARGE UINT64_C(10000000) /* bytes of an ordinary file whose versions' cost is reported */

typedef struct runner {
	vv_add_report *rep;
	const vv_add_plan *plan;
	vv_repository *r;
	vv_index *x;
	vv_dataset_writer *s;
	const vv_add_request *req;
	bool dry, compact, file_mode;
	vv_dataset_options named; /* the request's, for a file that was named */
	size_t begun;             /* items before it are imported or begun */
} runner;

void vv_add_report_clear(vv_add_report *r)
{
	vv_buf_clear_all(&r->text, &r->warnings, &r->ordinary_names, &r->unseen_lines);
	vv_free(r->refused);
	vv_array_clear(r->outcomes, r->outcome_count, it, vv_free(it->path));
}

/* Appends one of the item, for the caller to continue with; NULL: no memory. */
static vv_add_outcome *new_outcome(runner *run, const vv_add_item *item, uint32_t mode)
{
	vv_add_report *rep = run->rep;

	char *path = vv_strdup(item->path);

	return vv_array_own(rep->outcomes, rep->outcome_count, rep->outcome_cap, path,
			    (vv_add_outcome){.path = path, .mode = mode, .st = item->st})
		       ? &rep->outcomes[rep->outcome_count - 1]
		       : NULL;
}

/* Notes the index's entry of an ordinary file that was added. */
static vv_status note_file(runner *run, const vv_add_item *item, vv_error *err)
{
	vv_index_entry e;
	vv_add_outcome *o;

	if (run->dry || !vv_index_get(run->x, item->path, &e)) {
		return VV_OK; /* a folder of another repository */
	}
	if (!(o = new_outcome(run, item, e.mode))) return vv_fail_nomem(err);
	o->blob = e.id;
	o->bytes = item->st.size;
	return VV_OK;
}

/* Notes a file refused for its content, unless it is being written. */
static void note_refused(runner *run, const vv_add_item *item)
{
	vv_auto(char) *file = vv_repository_file(run->r, item->path);
	vv_stat st;

	if (file && vv_lstat(&st, file, NULL) == VV_OK && vv_stat_equal(&st, &item->st)) {
		run->rep->refused = vv_strdup(item->path); /* only for a hint: may be NULL */
	}
}

static uint32_t entry_mode(const runner *run, const vv_add_item *item)
{
	if (!run->file_mode && item->in_index && S_ISREG(item->mode)) return item->mode;
	if (S_ISLNK(item->st.mode)) return 0120000;
	return item->st.mode & 0100 ? 0100755 : 0100644;
}

/* A pointer text that is in the work tree in place of the table. */
static void describe_pointer(runner *run, const vv_add_item *item, const vv_dataset_found *staged)
{
	bool same = vv_oid_equal(&staged->blob, &item->blob);

	vv_buf_printf(&run->rep->text, "%s: %s", vv_text_shows(item->path),
		      same ? "the file is only the pointer, unchanged"
			   : "the file is only the pointer, which is staged");
	(void)vv_hint_put(&run->rep->text, "; ", run->rep->words, VV_HINT_RESTORE_DATA, item->path);
	vv_buf_putc(&run->rep->text, '\n');
	run->rep->same += same;
	run->rep->tables += !same;
}

static vv_status put_json(const runner *run, const vv_add_item *item, const vv_add_words *words,
			  vv_error *err)
{
	return run->req->json ? vv_add_put_json(run->req->json, item->path, words, err) : VV_OK;
}

static const char *change_of(const vv_add_item *item)
{
	return item->in_index ? "changed" : "added";
}

/* The object of a named, unchanged file. */
static vv_status put_same_json(const runner *run, const vv_add_item *item, vv_error *err)
{
	const vv_add_words words = {.change = "unchanged"};

	return item->literal ? put_json(run, item, &words, err) : VV_OK;
}

static vv_status put_dataset_json(const runner *run, const vv_add_item *item,
				  const vv_dataset_found *staged, bool is_pointer, vv_error *err)
{
	vv_add_words words = {.change = change_of(item),
			      .staged = is_pointer ? NULL : staged,
			      .pointer_only = is_pointer};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const vv_buf *text = &staged->pointer;
	vv_content version = {.there = true};
	vv_pointer p;
	vv_status rc;

	if (vv_oid_equal(&staged->blob, &item->blob)) return put_same_json(run, item, err);
	if (text->len > 0) { /* that of an empty file is empty */
		if ((rc = vv_pointer_read(&p, &arena, text->data, text->len, err)) < 0) return rc;
		vv_content_of_pointer(&version, &p);
	}
	words.kind = vv_content_kind(&version);
	return put_json(run, item, &words, err);
}

/* A new file with rows that are not seen: a line with the command that shows them. NULL: it is not. */
static const vv_unseen *note_unseen(runner *run, const vv_add_item *item)
{
	vv_add_report *rep = run->rep;
	vv_auto(char) *file = vv_repository_file(run->r, item->path);
	vv_auto(vv_buf) head = VV_BUF_INIT;
	const size_t most = vv_unseen_may_be_text(item->path) ? VV_UNSEEN_TEXT : VV_UNSEEN_HEAD;
	vv_auto(vv_fd) fd = file && vv_buf_reserve(&head, most)
				    ? vv_open_regular(file, 0, VV_IGNORED)
				    : -1;
	ssize_t n = fd >= 0 ? vv_read_full(fd, head.data, most, file, VV_IGNORED) : -1;
	const vv_unseen *u = n > 0 ? vv_unseen_find(head.data, (size_t)n) : NULL;

	u = u || n <= 0 ? u : vv_unseen_text(item->path, head.data, (size_t)n);
	u = u && vv_unseen_has_rows(u, item->path) ? u : NULL;
	if (u && ++rep->unseen <= VV_ADD_UNSEEN_SHOWN) {
		vv_buf_printf(&rep->unseen_lines, "  %s: %s", vv_text_shows(item->path), u->what);
		(void)vv_hint_put(&rep->unseen_lines, "; ", rep->words,
				  vv_unseen_hint(u, item->path), item->path);
		vv_buf_putc(&rep->unseen_lines, '\n');
	}
	return u;
}

/* Warns of the size of a new large file, and of each version of a large document. */
static void warn_of_size(runner *run, const vv_add_item *item)
{
	const bool book = vv_sniff_is_workbook(item->path);
	vv_buf *to = &run->rep->warnings;

	if (item->st.size <= LARGE ||
	    (item->in_index &&
	     !vv_document_is_name(run->r, vv_repository_env(run->r), item->path))) {
		return;
	}
	vv_buf_printf(to, "%s is stored in Git as a whole: %s now, and again for each change",
		      vv_text_shows(item->path), vv_text_bytes(item->st.size));
	(void)vv_hint_put(to, "; ", run->rep->words,
			  book ? VV_HINT_ADD_AS_CSV : VV_HINT_ADD_AS_FILE, item->path);
	vv_buf_putc(to, '\n');
}

static vv_status count_ordinary(runner *run, const vv_add_item *item, vv_error *err)
{
	vv_add_report *rep = run->rep;
	vv_add_words words = {.change = change_of(item), .kind = "text"};

	vv_add_note_name(&rep->ordinary_names, ++rep->ordinary, item->path);
	if (item->action == VV_ADD_FILE && S_ISREG(item->st.mode)) {
		words.unseen = item->in_index ? NULL : note_unseen(run, item);
		warn_of_size(run, item);
	}
	return put_json(run, item, &words, err);
}

static vv_status add_file(runner *run, const vv_add_item *item, vv_error *err)
{
	vv_status rc = run->dry ? vv_index_may_add_file(run->x, item->path, err)
				: vv_index_add_file(run->x, item->path, err);

	return rc < 0 ? rc : note_file(run, item, err);
}

/* Adds a new file that was considered a table only by its name to Git, unchanged. */
static vv_status leave_text(runner *run, const vv_add_item *item, const char *why, const char *hint,
			    vv_error *err)
{
	vv_buf_printf(&run->rep->warnings,
		      "%s is stored in Git as text, since it cannot be read as a table: %s%s%s\n",
		      vv_text_shows(item->path), why, hint[0] ? "; " : "", hint);
	vv_status rc = count_ordinary(run, item, err);

	return rc < 0 ? rc : add_file(run, item, err);
}

/* An edited pointer that is in the work tree is written again from its root. */
static vv_status mend_pointer(runner *run, const vv_add_item *item, vv_dataset_found *staged,
			      vv_error *err)
{
	vv_store *store;
	vv_auto(vv_root) root = {0};
	bool is = false;
	vv_status rc;

	if ((rc = vv_repository_store(run->r, &store, err)) < 0 ||
	    (rc = vv_root_load(&root, store, &staged->result.cid, err)) < 0 ||
	    (rc = vv_root_pointer_is(&is, staged->pointer.data, staged->pointer.len,
				     &staged->result.cid, &root, err)) < 0 ||
	    is) {
		return rc;
	}
	vv_buf_reset(&staged->pointer);
	if ((rc = vv_root_pointer(&staged->pointer, &staged->result.cid, &root, err)) < 0 ||
	    (rc = vv_blob_write(run->r, staged->pointer.data, staged->pointer.len, &staged->blob,
				err)) < 0) {
		return rc;
	}
	rc = vv_worktree_write_bytes(run->r, item->path, staged->pointer.data, staged->pointer.len,
				     true, err);
	if (rc == VV_OK) {
		vv_auto(char) *file = vv_repository_file(run->r, item->path);

		rc = file ? vv_lstat(&staged->st, file, err) : vv_fail_nomem(err);
	}
	return rc;
}

static const vv_dataset_options *options_of(const runner *run, const vv_add_item *item)
{
	return item->literal ? &run->named : run->req->options;
}

static vv_status note_dataset(runner *run, const vv_add_item *item, const vv_dataset_found *staged,
			      vv_error *err)
{
	vv_add_outcome *o = new_outcome(run, item, entry_mode(run, item));

	if (!o) return vv_fail_nomem(err);
	o->st = staged->st;
	o->track = item->track;
	o->from = item->from;
	return vv_add_outcome_take(o, staged, err);
}

static vv_status run_dataset(runner *run, const vv_add_item *item, vv_error *err)
{
	vv_auto(vv_dataset_found) staged = {0};
	vv_error why = {0};
	bool is_pointer = false;

	vv_status rc = run->dry ? vv_dataset_reader_import_file(vv_dataset_writer_reader(run->s),
								item->path, options_of(run, item),
								NULL, &staged, &is_pointer, &why)
				: vv_dataset_writer_file(run->s, item->path, options_of(run, item),
							 &staged, &is_pointer, &why);
	if (item->guess && (rc == VV_EINPUT || rc == VV_EREFUSED)) {
		const bool two = why.hint_id == VV_HINT_ADD_RECORDS;
		vv_dataset_found_clear(&staged);
		vv_notes_word(vv_repository_notes(run->r), &why);
		return leave_text(run, item, why.message, two ? why.hint : "", err);
	}
	if (item->guess && rc == VV_OK && !is_pointer && !staged.result.only_bytes &&
	    (staged.result.root.kind != VV_KIND_TABLE || staged.result.root.bytes == 0)) {
		return leave_text(run, item,
				  staged.result.root.bytes == 0 ? "it is empty"
								: "UTF-16 or compressed",
				  "", err);
	}
	if (rc < 0) {
		*err = why;
	} else {
		rc = vv_conflict_refuse_untouched(run->r, run->x, item->path, &staged.blob, err);
	}
	if (rc == VV_EINPUT && !is_pointer) {
		note_refused(run, item);
	}
	run->rep->guessed += item->guess && rc == VV_OK && !staged.result.only_bytes;
	if (rc == VV_OK && is_pointer && run->req->fix && !run->dry) {
		rc = mend_pointer(run, item, &staged, err);
	}
	rc = rc < 0 ? rc : note_dataset(run, item, &staged, err);
	if (rc == VV_OK && is_pointer) {
		describe_pointer(run, item, &staged);
	} else if (rc == VV_OK) {
		rc = vv_add_describe(run->rep, run->s, item, &staged, run->compact, err);
	}
	return rc < 0 ? rc : put_dataset_json(run, item, &staged, is_pointer, err);
}

/* A file that a pattern tracks, but that is never a dataset: no filter runs. */
static vv_status run_plain(runner *run, const vv_add_item *item, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(run->r, item->path);
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_oid id;
	vv_status rc;

	if ((rc = vv_read_regular(&bytes, file, PLAIN_MAX, err)) == VV_OK &&
	    (rc = vv_blob_write(run->r, vv_buf_cstr(&bytes), bytes.len, &id, err)) == VV_OK) {
		rc = vv_index_set(run->x, item->path, entry_mode(run, item), &id, NULL, err);
	}
	return rc < 0 ? rc : note_file(run, item, err);
}

static vv_status run_item(runner *run, const vv_add_item *item, vv_error *err)
{
	const vv_add_words removed = {.change = "removed"};
	vv_status rc;

	switch (item->action) {
	case VV_ADD_DATASET:
		return run_dataset(run, item, err);
	case VV_ADD_SAME:
		run->rep->same++;
		if (item->literal && !run->compact) {
			vv_buf_printf(&run->rep->text, "%s: unchanged\n",
				      vv_text_shows(item->path));
		}
		if ((rc = put_same_json(run, item, err)) < 0) return rc;
		/* A file that was only touched: the index learns its new stat. */
		if (run->dry || item->stat_clean) return VV_OK;
		return vv_index_set(run->x, item->path, entry_mode(run, item), &item->blob,
				    &item->st, err);
	case VV_ADD_REMOVE:
		run->rep->removed++;
		if (!new_outcome(run, item, 0)) return vv_fail_nomem(err);
		if ((rc = put_json(run, item, &removed, err)) < 0) return rc;
		return run->dry ? VV_OK : vv_index_remove_gone(run->x, item->path, err);
	case VV_ADD_PLAIN:
		if ((rc = count_ordinary(run, item, err)) < 0) return rc;
		return run->dry ? VV_OK : run_plain(run, item, err);
	case VV_ADD_FILE:
		if ((rc = count_ordinary(run, item, err)) < 0) return rc;
		return add_file(run, item, err);
	case VV_ADD_SUBMODULE:
		if ((rc = count_ordinary(run, item, err)) < 0 || run->dry) return rc;
		return vv_index_set(run->x, item->path, item->mode, &item->blob, NULL, err);
	}
	return VV_OK;
}

static size_t count_datasets(const vv_add_plan *plan)
{
	size_t n = 0;

	vv_array_each(plan->items, plan->count, item) {
		n += item->action == VV_ADD_DATASET;
	}
	return n;
}

/* Files that come later are imported beside this one. */
static void begin_later(runner *run, size_t at, size_t datasets)
{
	if (run->dry || datasets < 2) {
		return; /* a single file has all threads */
	}
	for (run->begun = at > run->begun ? at : run->begun; run->begun < run->plan->count;
	     run->begun++) {
		const vv_add_item *item = &run->plan->items[run->begun];

		if (item->action == VV_ADD_DATASET &&
		    !vv_dataset_writer_ahead(run->s, item->path, options_of(run, item))) {
			return;
		}
	}
}

static vv_status set_entries(runner *run, vv_error *err)
{
	vv_status rc;

	vv_array_each(run->rep->outcomes, run->rep->outcome_count, o) {
		if (o->dataset &&
		    (rc = vv_index_set(run->x, o->path, o->mode, &o->blob, &o->st, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static bool has_datasets(const vv_add_report *rep)
{
	return vv_array_find(rep->outcomes, rep->outcome_count, outcome, outcome->dataset) != NULL;
}

vv_status vv_add_stage_attributes(vv_attr_edit *edit, vv_repository *r, vv_index *x, vv_error *err)
{
	vv_file_state state = VV_FILE_MODIFIED;
	vv_index_entry e;
	vv_status rc;

	if (edit->changed) return vv_attr_edit_stage(edit, x, err);
	vv_auto(char) *file = vv_repository_file(r, ".gitattributes");
	if (!file) return vv_fail_nomem(err);
	bool exists = vv_exists(file);
	if (!exists) return VV_OK;
	if (vv_index_get(x, ".gitattributes", &e) &&
	    (rc = vv_index_file_state(x, &e, &state, err)) < 0) {
		return rc;
	}
	return state == VV_FILE_SAME ? VV_OK : vv_index_add_file(x, ".gitattributes", err);
}

/* The lines may be of another branch than the plan's: git checkout ignores the turn. */
static vv_status track_again(const vv_add_report *rep, vv_repository *r, vv_error *err)
{
	vv_attr_flush(r);
	vv_array_each(rep->outcomes, rep->outcome_count, o) {
		bool tracked = true;
		vv_status rc = o->dataset ? vv_attr_tracked(r, o->path, &tracked, err) : VV_OK;

		if (rc < 0) return rc;
		o->track = o->track || !tracked;
	}
	return VV_OK;
}

static vv_status track_paths(const vv_add_report *rep, vv_repository *r, vv_attr_edit *edit,
			     vv_error *err)
{
	vv_auto_free const char **paths = vv_calloc(rep->outcome_count + 1, sizeof(*paths));
	size_t count = 0;
	vv_status rc = VV_OK;

	if (!paths) return vv_fail_nomem(err);
	vv_array_each(rep->outcomes, rep->outcome_count, outcome) {
		if (outcome->track) {
			paths[count++] = outcome->path;
		}
	}
	if (count > 0 && ((rc = vv_attr_edit_begin(edit, r, err)) < 0 ||
			  (rc = vv_attr_edit_track_all(edit, paths, count, err)) < 0)) {
		return rc;
	}
	vv_array_each(rep->outcomes, rep->outcome_count, it) {
		const vv_attr_rename renamed = {it->from, it->path, VV_ATTR_NO_LINE};

		/* its line follows */
		if (renamed.from && (rc = vv_attr_edit_rename(edit, &renamed, 1, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Attributes of others that make Git rewrite the pointers that were staged. */
static vv_status warn_beaten(vv_add_report *rep, vv_repository *r, vv_index *x, vv_error *err)
{
	vv_auto(vv_attr_list) lines = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_attr_list_read(&lines, r, x, VV_ATTR_TEXT_LINES, err);

	for (size_t i = 0; i < rep->outcome_count && rc == VV_OK; i++) {
		if (rep->outcomes[i].dataset) {
			rc = vv_attr_beaten_note(&lines, r, rep->outcomes[i].path, err);
		}
	}
	vv_attr_beaten_put(&lines, &text);
	for (vv_line l = {.rest = vv_buf_cstr(&text)}; vv_line_next(&l);) {
		vv_buf_printf(&rep->warnings, "%.*s: %s\n", (int)l.len, l.text,
			      VV_ATTR_BEATEN_HINT);
	}
	return rc;
}

static vv_status drop_conflicts(const vv_add_report *rep, vv_repository *r, vv_error *err)
{
	vv_status rc;

	vv_array_each(rep->outcomes, rep->outcome_count, outcome) {
		if (outcome->dataset && (rc = vv_conflict_drop(r, outcome->path, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Attributes, blocks, index: from here on things are written. */
static vv_status write_all(const vv_add_report *rep, vv_repository *r, vv_index *x,
			   vv_dataset_writer *s, bool conflicts, bool *beaten, vv_error *err)
{
	vv_auto(vv_attr_held) held VV_UNUSED = vv_attr_hold(r);
	vv_auto(vv_attr_edit) edit = {0};
	vv_status rc;

	if ((has_datasets(rep) && (rc = vv_dataset_writer_lock_index(s, x, err)) < 0) ||
	    (!vv_index_is_current(x) && (rc = track_again(rep, r, err)) < 0) ||
	    (rc = track_paths(rep, r, &edit, err)) < 0 ||
	    (has_datasets(rep) && (rc = vv_add_stage_attributes(&edit, r, x, err)) < 0) ||
	    (rc = vv_dataset_writer_index(s, x, err)) < 0) {
		vv_attr_edit_undo(&edit);
	} else if (conflicts) {
		rc = drop_conflicts(rep, r, err);
	}
	*beaten |= edit.beaten;
	return rc;
}

vv_status vv_add_import(vv_add_report *out, const vv_add_plan *plan, vv_repository *r, vv_index *x,
			vv_dataset_writer *s, const vv_add_request *req, bool dry, vv_error *err)
{
	const size_t datasets = count_datasets(plan);
	runner run = {.rep = out,
		      .plan = plan,
		      .r = r,
		      .x = x,
		      .s = s,
		      .req = req,
		      .dry = dry,
		      .compact = datasets > FEW,
		      .file_mode = true,
		      .named = *req->options};
	vv_status rc;

	run.named.as_named = true;
	*out = (vv_add_report){.words = vv_repository_words(r),
			       .dry = dry,
			       .no_key = req->options->key && !req->options->key[0]};
	if ((rc = vv_config_bool(r, "core.filemode", true, &run.file_mode, err)) < 0) return rc;
	for (size_t i = 0; i < plan->count && rc == VV_OK; i++) {
		begin_later(&run, i, datasets);
		rc = run_item(&run, &plan->items[i], err);
	}
	if (rc == VV_OK && !dry) {
		rc = set_entries(&run, err);
	}
	if (rc == VV_OK && (rc = vv_buf_ok(&out->text, err)) == VV_OK) {
		rc = vv_buf_ok(&out->warnings, err);
	}
	return rc;
}

vv_status vv_add_run(vv_add_report *out, const vv_add_plan *plan, vv_repository *r, vv_index *x,
		     vv_dataset_writer *s, const vv_add_request *req, bool dry, vv_error *err)
{
	const bool conflicts = vv_index_has_conflicts(x);
	bool beaten = plan->beaten;
	vv_status rc = vv_add_import(out, plan, r, x, s, req, dry, err);

	if (rc == VV_OK && !dry && plan->count > 0) {
		rc = write_all(out, r, x, s, conflicts, &beaten, err);
	}
	if (rc == VV_OK && !dry && beaten && (rc = warn_beaten(out, r, x, err)) == VV_OK) {
		rc = vv_buf_ok(&out->warnings, err);
	}
	if (!dry) {
		vv_dataset_writer_release(s);
	}
	return rc;
}
