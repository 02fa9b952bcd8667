/*
 * status: the short forms and the parts that they share with the long one.
 */
#include "cmd/print/status.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "cmd/output.h"
#include "cmd/print/path.h"
#include "cmd/print/status_internal.h"
#include "cmd/work/diff/change_count.h"

void vv_status_put_facts(vv_buf *b, const vv_change_entry *e, bool staged, bool groups)
{
	const vv_change_facts *f = staged ? &e->staged_facts : &e->work_facts;

	if (f->problem) {
		vv_buf_printf(b, "cannot be taken: %s", f->problem);
		return;
	}
	if (!staged && e->lost) {
		vv_buf_puts(b, "no line of .gitattributes tracks it any more: varve add ");
		vv_buf_puts(b, vv_text_shows(e->path));
		return;
	}
	if (f->form) {
		vv_buf_printf(b, "formatting only: %s", f->form);
		return;
	}
	vv_change_facts_put(b, e, f);
	if (f->known && groups) {
		vv_buf_printf(b, "%s%s",
			      f->counts.counted ? "; "
			      : b->len > 0      ? ", "
						: "",
			      vv_text_count(f->groups_new));
		vv_buf_printf(b, " of %s %s%s", vv_text_count(f->groups),
			      e->table ? "group" : "chunk", f->groups == 1 ? "" : "s");
	}
}

const char *vv_branch_name(const vv_changes *c)
{
	static const char heads[] = "refs/heads/";

	if (!c->head.branch) {
		return NULL;
	}
	return strncmp(c->head.branch, heads, sizeof(heads) - 1) == 0
		       ? c->head.branch + sizeof(heads) - 1
		       : c->head.branch;
}

static void put_short_branch(vv_buf *b, const vv_changes *c, const vv_status_style *s)
{
	const char *name = vv_branch_name(c);

	vv_buf_puts(b, "## ");
	if (c->head.unborn) {
		vv_buf_puts(b, "No commits yet on ");
	}
	vv_buf_puts(b, name ? name : "HEAD (no branch)");
	if (c->upstream) {
		vv_buf_printf(b, "...%s", c->upstream);
	}
	if (c->ahead || c->behind) {
		vv_buf_puts(b, " [");
		if (c->ahead) {
			vv_buf_printf(b, "ahead %llu%s", (unsigned long long)c->ahead,
				      c->behind ? ", " : "");
		}
		if (c->behind) {
			vv_buf_printf(b, "behind %llu", (unsigned long long)c->behind);
		}
		vv_buf_putc(b, ']');
	}
	vv_buf_putc(b, s->nul ? '\0' : '\n');
}

static void put_short_path(vv_buf *b, const char *path, const vv_status_style *s)
{
	vv_buf shown = VV_BUF_INIT;

	vv_path_put_relative(&shown, s->porcelain ? "" : s->prefix, path);
	if (s->nul) {
		vv_buf_put(b, vv_buf_cstr(&shown), shown.len + 1);
	} else {
		vv_path_put_quoted(b, vv_buf_cstr(&shown), s->quote_all, true);
	}
	vv_buf_clear(&shown);
}

static void put_letter(vv_buf *b, char letter, vv_color color, const vv_status_style *s)
{
	bool on = s->color && letter != ' ';

	vv_buf_printf(b, "%s%c%s", on ? vv_color_on(color) : "", letter, on ? vv_color_off() : "");
}

static void put_short(vv_buf *b, const vv_changes *c, const vv_status_style *s)
{
	if (s->branch) {
		put_short_branch(b, c, s);
	}
	for (size_t i = 0; i < c->count; i++) {
		const vv_change_entry *e = &c->entries[i];
		bool odd = e->staged == '?' || e->staged == 'U' || e->work == 'U';
		if (e->staged == ' ' && e->work == ' ') {
			continue;
		}
		put_letter(b, e->staged, odd ? VV_RED : VV_GREEN, s);
		put_letter(b, e->work, VV_RED, s);
		vv_buf_putc(b, ' ');
		if (e->from && !s->nul) {
			put_short_path(b, e->from, s);
			vv_buf_puts(b, " -> ");
		}
		put_short_path(b, e->path, s);
		if (s->nul && e->from) {
			put_short_path(b, e->from, s);
		}
		if (!s->nul) {
			vv_buf_putc(b, '\n');
		}
	}
}

static void json_facts(vv_json_out *w, const char *name, const vv_change_entry *e,
		       const vv_change_facts *f)
{
	if (!f->known && !f->counts.counted && !f->problem) {
		return;
	}
	vv_json_name(w, name);
	vv_json_open_object(w);
	if (f->known) {
		vv_json_name(w, e->table ? "groups" : "chunks");
		vv_json_u64(w, f->groups);
		vv_json_name(w, e->table ? "groupsNew" : "chunksNew");
		vv_json_u64(w, f->groups_new);
	}
	if ((f->known || f->counts.counted) && e->table) {
		vv_json_name(w, "rows");
		vv_json_u64(w, f->rows);
		vv_json_name(w, "rowsBefore");
		vv_json_u64(w, f->rows_before);
	}
	vv_change_counts_json(w, &f->counts);
	if (f->form) {
		vv_json_name(w, "formOnly");
		vv_json_string(w, f->form);
	}
	if (f->problem) {
		vv_json_name(w, "problem");
		vv_json_string(w, f->problem);
	}
	vv_json_close_object(w);
}

static void json_entry(vv_json_out *w, const vv_change_entry *e)
{
	const char letters[4] = {e->staged, '\0', e->work, '\0'};

	vv_json_open_object(w);
	vv_json_name(w, "path");
	vv_json_string(w, e->path);
	if (e->from) {
		vv_json_name(w, "from");
		vv_json_string(w, e->from);
	}
	vv_json_name(w, "index");
	vv_json_string(w, letters);
	vv_json_name(w, "worktree");
	vv_json_string(w, letters + 2);
	vv_json_name(w, "kind");
	vv_json_string(w, !e->dataset       ? "ordinary"
			  : e->table        ? "table"
			  : e->pointer_only ? "pointer"
					    : "dataset");
	json_facts(w, "staged", e, &e->staged_facts);
	json_facts(w, "changed", e, &e->work_facts);
	if (e->pointer_only) {
		vv_json_name(w, "pointerOnly");
		vv_json_bool(w, true);
		vv_json_name(w, "blocksHere");
		vv_json_bool(w, e->blocks_here);
	}
	if (e->lost) {
		vv_json_name(w, "trackLost");
		vv_json_bool(w, true);
	}
	if (e->plain) {
		vv_json_name(w, "plainText");
		vv_json_bool(w, true);
	}
	vv_json_close_object(w);
}

static void put_json(vv_buf *b, const vv_changes *c)
{
	char hex[VV_OID_TEXT + 1];
	vv_json_out w;

	vv_json_out_init(&w, b, 2);
	vv_json_open_object(&w);
	vv_json_name(&w, "branch");
	vv_json_string(&w, vv_branch_name(c));
	vv_json_name(&w, "head");
	vv_oid_text(hex, &c->head.commit);
	vv_json_string(&w, c->head.unborn ? NULL : hex);
	vv_json_name(&w, "upstream");
	vv_json_string(&w, c->upstream);
	vv_json_name(&w, "ahead");
	vv_json_u64(&w, c->ahead);
	vv_json_name(&w, "behind");
	vv_json_u64(&w, c->behind);
	vv_json_name(&w, "state");
	vv_json_string(&w, c->state);
	vv_json_name(&w, "entries");
	vv_json_open_array(&w);
	for (size_t i = 0; i < c->count; i++) {
		json_entry(&w, &c->entries[i]);
	}
	vv_json_close_array(&w);
	vv_json_close_object(&w);
	vv_buf_putc(b, '\n');
}

vv_status vv_status_put(vv_buf *b, const vv_changes *c, const vv_status_style *style, vv_error *err)
{
	if (style->json) {
		put_json(b, c);
	} else if (style->short_form || style->porcelain) {
		put_short(b, c, style);
	} else {
		vv_status_put_long(b, c, style);
	}
	return vv_buf_ok(b, err);
}

vv_status vv_status_put_comments(vv_buf *b, const vv_changes *c, const char *comment_char,
				 vv_error *err)
{
	const vv_status_style style = {.prefix = "", .comment = true, .comment_char = comment_char};

	return vv_status_put(b, c, &style, err);
}
