/*
 * table_diff_text: which files are tables by name, or with further columns; and the line for a file that is not a table, with the
 * way to see its difference or to read its rows, or whose rows are the same.
 */
#include <string.h>

#include "base/env.h"
#include "base/hint_text.h"
#include "base/text.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "dataset/read/unseen.h"
#include "diff/rows/rowdiff.h"
#include "lib/documents/document.h"
#include "lib/names/beginning.h"
#include "lib/names/version.h"
#include "lib/view/same_bytes.h"
#include "lib/view/table_diff_internal.h"
#include "repo/blocks/decompress.h"

/* Two files that the user named, or whose mode changed, may have the same bytes. */
static vv_status are_same_bytes(const vv_diff_item *item, bool *same, vv_error *err)
{
	*same = false;
	return (item->named || item->moded) && item->a && item->b
		       ? vv_same_bytes(same, item->a, item->b, err)
		       : VV_OK;
}

/* Its kind among files with rows that varve does not read; NULL: none, or unreadable. *binary: git considers it binary. */
static const vv_unseen *find_unseen(vv_subject *s, const char *path, bool *binary)
{
	vv_auto(vv_beginning) h = {.most = VV_UNSEEN_TEXT};
	const vv_unseen *u = NULL;

	if (vv_subject_bytes(s, vv_beginning_take, &h, NULL, VV_IGNORED) == VV_OK || h.more) {
		const char *bytes = vv_buf_cstr(&h.bytes);

		*binary = vv_unseen_is_binary(bytes, h.bytes.len);
		u = vv_unseen_find(bytes, h.bytes.len);
		u = u || h.bytes.len == 0 ? u : vv_unseen_text(path, bytes, h.bytes.len);
		u = u && vv_unseen_has_rows(u, path) ? u : NULL;
	}
	return u;
}

bool vv_diff_is_table_name(const char *path, bool named)
{
	vv_auto(char) *inside = vv_decompress_inside(path);
	const vv_ending *ending = inside ? vv_ending_of(inside) : NULL;

	return ending && (named || !vv_form_is_document(ending->form));
}

bool table_diff_is_document(const vv_diff_item *i)
{
	const vv_subject *s = i->b ? i->b : i->a;
	const vv_env *env = s->repo ? vv_repository_env(s->repo) : s->env;

	return s->table || vv_document_is_name(s->repo, env, i->path);
}

static bool is_text_of_git(const vv_subject *s)
{
	return !s || vv_subject_is_git_text(s);
}

vv_status table_diff_widen(vv_long_rows *out, const vv_diff_item *i, const vv_sniff_hints *form,
			   vv_error *err)
{
	const vv_subject *const versions[] = {i->a, i->b};

	*out = (vv_long_rows){0};
	return is_text_of_git(i->a) && is_text_of_git(i->b)
		       ? vv_long_rows_read(out, versions, 2, form, err)
		       : VV_OK;
}

vv_status table_diff_respelled(const vv_diff_item *i, bool typed, vv_diff_answer *out,
			       vv_error *err)
{
	bool same = false;
	const vv_status rc = vv_same_bytes(&same, i->a, i->b, err);

	if (rc < 0 || same) return rc == VV_EMISSING ? VV_OK : rc;
	out->respelled = true;
	vv_text_put_escaped(&out->line, i->path, strlen(i->path));
	vv_buf_printf(&out->line, ": no change in data, only in how rows are written (%s)",
		      typed ? "order of members or spaces" : "quotes or spaces");
	return vv_buf_ok(&out->line, err);
}

vv_status table_diff_refuse_patch(vv_error *err)
{
	vv_hint_clear(err);
	(void)vv_recode(err, VV_EREFUSED);
	return vv_hint(
		err,
		"a patch cannot have further cells: use 'git diff --no-ext-diff' and 'git apply' for this file, and name the other files");
}

static const char *kind_name(const vv_table *t)
{
	return t->root.kind == VV_KIND_FILE ? "a file" : "a table";
}

vv_status table_diff_files(const vv_diff_item *i, const vv_table *a, const vv_table *b,
			   vv_diff_answer *out, vv_error *err)
{
	vv_text_put_escaped(&out->line, i->path, strlen(i->path));
	out->differs = true;
	if (!a || !b) {
		const vv_root *only = a ? &a->root : &b->root;

		vv_buf_printf(&out->line, ": %s file, %s", a ? "removed" : "new",
			      vv_text_bytes(vv_root_file_bytes(only)));
	} else if (a->root.kind != b->root.kind && a->root.bytes > 0 && b->root.bytes > 0) {
		vv_buf_printf(&out->line, ": was %s, now %s", kind_name(a), kind_name(b));
	} else if (vv_tables_same_data(a, b)) {
		out->differs = false;
		vv_buf_puts(&out->line, ": a file, no change in data");
	} else {
		vv_buf_printf(&out->line, ": a file, %s", vv_text_bytes(a->root.bytes));
		vv_buf_printf(&out->line, " -> %s, contents differ", vv_text_bytes(b->root.bytes));
	}
	return vv_buf_ok(&out->line, err);
}

vv_status table_diff_text(const vv_diff_item *item, const vv_diff_how *how, vv_diff_answer *out,
			  const char *why, vv_error *err)
{
	vv_subject *now = item->b ? item->b : item->a;
	bool same;
	vv_status rc = are_same_bytes(item, &same, err);
	if (rc < 0 || same) return rc;
	out->differs = true;
	bool binary = false;
	const vv_unseen *u = why || how->unread ? NULL : find_unseen(now, item->path, &binary);
	const char *bytes = "text", *change = "changed";

	if (!item->a) {
		change = "added";
	} else if (!item->b) {
		change = "removed";
	}

	if (binary) {
		bytes = "binary file";
	} else if (why && table_diff_is_document(item)) {
		bytes = "file";
	}
	vv_text_put_escaped(&out->line, item->path, strlen(item->path));
	vv_buf_puts(&out->line, ": ");
	if (why) {
		vv_buf_printf(&out->line, "%s; ", why);
	}
	vv_buf_printf(&out->line, "%s %s", u ? u->what : bytes, change);
	/* the filter of a stored table refuses such a text, so that git shows nothing */
	if (!binary && (!why || (is_text_of_git(item->a) && is_text_of_git(item->b)))) {
		vv_buf_printf(&out->line, " ('%s' shows it)",
			      how->text_shown_by ? how->text_shown_by : "git diff");
	}
	if (u && u->kind && item->b && table_diff_is_document(item) && !how->patch &&
	    !how->only_whether && vv_documents_are_read(now->repo)) {
		vv_buf_puts(&out->line, "; " VV_READER_INSTALL);
	} else if (u && now->repo && item->b) {
		(void)vv_hint_put(&out->line, "; ", vv_repository_words(now->repo),
				  vv_unseen_hint(u, item->path), item->path);
	}
	return vv_buf_ok(&out->line, err);
}

#define MOST_OF 20u /* rows of a table; fewer are often edited together */

bool vv_diff_is_rewritten(uint64_t old_rows, uint64_t differing)
{
	return old_rows >= MOST_OF && differing >= old_rows / 2;
}

void table_diff_note_rewritten(const vv_diff_item *i, const vv_diff_how *how, const vv_table *b,
			       const vv_rowdiff_stats *s)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	if (!how->propose || !how->notes || !b || !i->b || i->b->from != VV_FROM_WORK ||
	    i->b->table || i->files ||
	    !vv_diff_is_rewritten(s->old_rows, s->changed + s->formatted_rows + s->removed) ||
	    vv_form_is_typed(b->root.dialect.form)) {
		return;
	}
	if (vv_hint_put(&text, "", how->notes->words, VV_HINT_RESTORE_SPELLING, i->path)) {
		vv_notes_put(how->notes, "hint: if a spreadsheet program rewrote the file: %s",
			     vv_buf_cstr(&text));
	}
}
