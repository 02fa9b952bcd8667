/*
 * status: the forms of status: short, JSON, and the long one for people.
 */
#include "cmd/varve/print/status.h"
#include "cmd/frame/hint_words.h"

#include <string.h>

#include "base/array.h"
#include "base/json/json_list.h"
#include "base/path.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/print/path.h"
#include "lib/status/change_count.h"
#include "lib/view/table_diff.h"
#include "lib/worktree/attributes_lines.h"

#define MISSING_SHOWN 20u

/* "+7 ~2 rows", with groups also "; 7 of 1,204 groups", or what else is known; "" when nothing. */
static void put_facts(vv_buf *b, const vv_change_entry *e, bool staged, bool groups)
{
	const vv_change_facts *f = staged ? &e->staged_facts : &e->work_facts;

	if (f->problem) {
		vv_buf_printf(b, "cannot be added: %s", f->problem);
		return;
	}
	if (!staged && e->lost) {
		vv_buf_printf(
			b, "no longer tracked by .gitattributes; 'varve track %s' tracks it again",
			vv_hint_path(e->path));
		return;
	}
	if (!staged && e->edited) {
		vv_buf_puts(b, "its pointer was edited, the data is the same: varve add --fix ");
		vv_buf_puts(b, vv_hint_path(e->path));
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

/* "main"; NULL when HEAD is detached. */
static const char *branch_name(const vv_changes *c)
{
	static const char heads[] = "refs/heads/";

	if (!c->head.branch) return NULL;
	return strncmp(c->head.branch, heads, sizeof(heads) - 1) == 0
		       ? c->head.branch + sizeof(heads) - 1
		       : c->head.branch;
}

static void put_short_branch(vv_buf *b, const vv_changes *c, const vv_status_style *s)
{
	const char *name = branch_name(c);

	vv_buf_puts(b, "## ");
	if (c->head.unborn) {
		vv_buf_puts(b, "No commits yet on ");
	}
	vv_buf_puts(b, name ? name : "HEAD (no branch)");
	if (c->upstream) {
		vv_buf_printf(b, "...%s", c->upstream);
	}
	if (c->upstream_gone) {
		vv_buf_puts(b, " [gone]");
	} else if (c->ahead || c->behind) {
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
	vv_auto(vv_buf) shown = VV_BUF_INIT;

	vv_path_put_relative(&shown, s->porcelain ? "" : s->prefix, path);
	if (s->nul) {
		vv_buf_put(b, vv_buf_cstr(&shown), shown.len + 1);
	} else {
		vv_path_put_quoted(b, vv_buf_cstr(&shown), s->quote_all, true);
	}
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
	vv_array_each(c->entries, c->count, e) {
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
	if (!f->known && !f->counts.counted && !f->problem) return;
	vv_json_add_object(w, name);
	if (f->known) {
		vv_json_put_members(
			w, {JSON_NUMBER(e->table ? "groups" : "chunks", f->groups)},
			{JSON_NUMBER(e->table ? "groupsNew" : "chunksNew", f->groups_new)});
	}
	if ((f->known || f->counts.counted) && e->table) {
		vv_json_put_members(w, {JSON_NUMBER("rowCount", f->rows)},
				    {JSON_NUMBER("rowCountBefore", f->rows_before)});
	}
	vv_change_counts_json(w, &f->counts);
	vv_json_put_members(w, {JSON_TEXT_WHEN(f->form, "formOnly", f->form)},
			    {JSON_TEXT_WHEN(f->problem, "problem", f->problem)});
	vv_json_close_object(w);
}

static void json_entry(vv_json_out *w, const void *item)
{
	const vv_change_entry *e = item;
	const char letters[4] = {e->staged, '\0', e->work, '\0'};

	vv_json_open_object(w);
	vv_json_put_members(w, {JSON_TEXT("path", e->path)},
			    {JSON_TEXT_WHEN(e->from, "oldPath", e->from)},
			    {JSON_TEXT("index", letters)}, {JSON_TEXT("worktree", letters + 2)},
			    {JSON_TEXT("kind", e->kind ? e->kind : "text")});
	json_facts(w, "staged", e, &e->staged_facts);
	json_facts(w, "unstaged", e, &e->work_facts);
	vv_json_put_members(w, {JSON_BOOL_WHEN(e->pointer_only, "pointerOnly", true)},
			    {JSON_BOOL_WHEN(e->pointer_only, "blocksHere", e->blocks_here)},
			    {JSON_BOOL_WHEN(e->lost, "trackLost", true)},
			    {JSON_BOOL_WHEN(e->plain, "plainText", true)},
			    {JSON_BOOL_WHEN(e->mend && !e->torn, "damagedPointer", true)},
			    {JSON_BOOL_WHEN(e->torn || e->edited,
					    e->torn ? "tornPointer" : "editedPointer", true)});
	vv_json_close_object(w);
}

static void put_json(vv_buf *b, const vv_changes *c)
{
	vv_json_out w = vv_json_begin_object(b, 2);
	vv_json_put_members(
		&w, {JSON_TEXT("branch", branch_name(c))},
		{JSON_TEXT("head", c->head.unborn ? NULL : vv_oid_shows(&c->head.commit))},
		{JSON_TEXT("upstream", c->upstream)},
		{JSON_BOOL_WHEN(c->upstream_gone, "upstreamGone", true)},
		{JSON_NUMBER("ahead", c->ahead)}, {JSON_NUMBER("behind", c->behind)},
		{JSON_NUMBER("unsentVersions", c->unsent)},
		{JSON_TEXT_WHEN(c->hook.len > 0, "pushesNoRows", vv_buf_cstr(&c->hook))},
		{JSON_NAMES("incomplete", c->missing, c->missing_count)},
		{JSON_TEXT("state", c->state)},
		{JSON_EACH(json_entry, "entries", c->entries, c->count)});
	vv_json_close_object(&w);
	vv_buf_putc(b, '\n');
}

/* --- the form that people read, in git status's words and order --- */

typedef struct writer {
	vv_buf *b;
	const vv_changes *c;
	const vv_status_style *s;
} writer;

static void print_line(writer *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void print_line(writer *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vv_buf_vprintf(w->b, fmt, ap);
	va_end(ap);
	vv_buf_putc(w->b, '\n');
}

static void print_hint(writer *w, const char *text)
{
	print_line(w, "  (%s)", text);
}

static const char *change_word(char letter)
{
	if (letter == 'A') return "new:       ";
	if (letter == 'D') return "deleted:   ";
	if (letter == 'R') return "renamed:   ";
	if (letter == 'T') return "new kind:  ";
	return "modified:  ";
}

static const char *conflict_word(const vv_change_entry *e)
{
	static const struct {
		char staged, work;
		const char *text;
	} words[] = {{'D', 'D', "both deleted:    "}, {'A', 'U', "added by us:     "},
		     {'U', 'D', "deleted by them: "}, {'U', 'A', "added by them:   "},
		     {'D', 'U', "deleted by us:   "}, {'A', 'A', "both added:      "}};

	vv_array_each(words, sizeof(words) / sizeof(words[0]), word) {
		if (word->staged == e->staged && word->work == e->work) return word->text;
	}
	return "both modified:   ";
}

static bool is_conflict(const vv_change_entry *e)
{
	return e->staged == 'U' || e->work == 'U' || (e->staged == 'A' && e->work == 'A') ||
	       (e->staged == 'D' && e->work == 'D');
}

static void put_shown(vv_buf *out, const char *prefix, const char *path)
{
	vv_auto(vv_buf) relative = VV_BUF_INIT;

	vv_path_put_relative(&relative, prefix, path);
	vv_text_put_escaped(out, vv_buf_cstr(&relative), relative.len);
}

/* One entry: "\tmodified:  prices.csv  +7 ~2 rows". */
static void put_entry(writer *w, const vv_change_entry *e, const char *what, vv_color color,
		      bool staged)
{
	const char *on = w->s->color ? vv_color_on(color) : "",
		   *off = w->s->color ? vv_color_off() : "";
	vv_auto(vv_buf) text = VV_BUF_INIT, facts = VV_BUF_INIT;

	if (staged && e->from) {
		put_shown(&text, w->s->prefix, e->from);
		vv_buf_puts(&text, " -> ");
	}
	put_shown(&text, w->s->prefix, e->path);
	put_facts(&facts, e, staged, w->s->groups);
	print_line(w, "\t%s%s%s%s%s%s", on, what, vv_buf_cstr(&text), off, facts.len ? "  " : "",
		   vv_buf_cstr(&facts));
}

/* Puts the commands to continue or abort the operation in progress. A rebase, bisect or am is
 * Git's. */
static void put_ways_out(writer *w)
{
	static const char *const ours[] = {"merge", "update", "cherry-pick", "revert"};
	const char *state = w->c->shown;
	const char *program = vv_text_is_among(state, ours, sizeof(ours) / sizeof(ours[0]))
				      ? "varve"
				      : "git";
	vv_auto(vv_buf) text = VV_BUF_INIT;

	if (strcmp(state, "bisect") == 0) {
		print_hint(w, "use \"git bisect reset\" to end it");
		return;
	}
	vv_buf_printf(&text,
		      "use \"%s %s --continue\" to conclude it, \"%s %s --abort\" to undo it",
		      program, state, program, state);
	print_hint(w, vv_buf_cstr(&text));
}

static void put_branch(writer *w)
{
	const vv_changes *c = w->c;
	const char *name = branch_name(c);

	if (name) {
		print_line(w, "On branch %s", vv_text_shows(name));
	} else {
		print_line(w, "HEAD detached at %.7s", vv_oid_shows(&c->head.commit));
	}
	if (c->upstream_gone) {
		print_line(w, "Your branch is based on '%s', but the upstream is gone",
			   vv_text_shows(c->upstream));
	} else if (c->upstream && c->ahead && c->behind) {
		print_line(w, "Your branch and '%s' have diverged: %s and %s commits",
			   vv_text_shows(c->upstream), vv_text_count(c->ahead),
			   vv_text_count(c->behind));
	} else if (c->upstream && c->ahead) {
		print_line(w, "Your branch is ahead of '%s' by %s commit%s",
			   vv_text_shows(c->upstream), vv_text_count(c->ahead),
			   c->ahead == 1 ? "" : "s");
	} else if (c->upstream && c->behind) {
		print_line(w, "Your branch is behind '%s' by %s commit%s",
			   vv_text_shows(c->upstream), vv_text_count(c->behind),
			   c->behind == 1 ? "" : "s");
	} else if (c->upstream) {
		print_line(w, "Your branch is up to date with '%s'", vv_text_shows(c->upstream));
	}
	if (c->signed_by.len > 0) {
		print_line(w, "Signed by %s", vv_buf_cstr(&w->c->signed_by));
	}
	if (c->unsent > 0) {
		print_line(w, "%s in local branches, not on any known remote",
			   vv_text_counted(c->unsent, "version of a table", "versions of tables"));
		print_hint(w, "use \"varve push\" to send them to others");
	}
	if (w->c->hook.len > 0) {
		print_line(w, "%s", vv_buf_cstr(&w->c->hook));
		print_hint(w, vv_buf_cstr(&w->c->hook_mend));
	}
	if (c->state[0]) {
		print_line(w, "%s %s is in progress%s", strchr("au", *c->shown) ? "An" : "A",
			   c->shown,
			   c->conflicts ? "; resolve the paths below, then 'varve add' them" : "");
		put_ways_out(w);
	}
	if (c->head.unborn) {
		print_line(w, "\nNo commits yet");
	}
}

/* If there is any of a part, puts an empty line, its heading, and what to do (NULL: nothing).
 * Returns any. */
static bool begin_part(writer *w, bool any, const char *heading, const char *advice)
{
	if (any) {
		print_line(w, "\n%s", heading);
	}
	if (any && advice) {
		print_hint(w, advice);
	}
	return any;
}

static void put_staged(writer *w)
{
	if (!begin_part(w, w->c->staged > 0, "Changes to be committed:",
			w->c->head.unborn
				? "use \"varve rm --cached <file>...\" to unstage"
				: "use \"varve restore --staged <file>...\" to unstage")) {
		return;
	}
	vv_array_each(w->c->entries, w->c->count, e) {
		if (e->staged != ' ' && e->staged != '?' && !is_conflict(e)) {
			put_entry(w, e, change_word(e->staged), VV_GREEN, true);
		}
	}
}

static void put_conflicts(writer *w)
{
	size_t torn = 0;

	if (!begin_part(
		    w, w->c->conflicts > 0, "Unmerged paths:",
		    "use \"varve conflicts\" to list them, \"varve resolve\" or \"varve add <file>...\" to mark resolution")) {
		return;
	}
	vv_array_each(w->c->entries, w->c->count, e) {
		if (is_conflict(e)) {
			put_entry(w, e, conflict_word(e), VV_RED, false);
			torn += e->torn;
		}
	}
	if (torn > 0) {
		print_hint(
			w,
			"git merged a table as text: use \"varve add --fix\" to merge it by row and "
			"cell");
	}
}

static bool is_rewritten(const vv_change_entry *e)
{
	static const char *const endings[] = {"csv", "tsv", "tab", "txt"};
	const vv_change_counts *c = &e->work_facts.counts;

	return e->work == 'M' && c->counted && !c->many &&
	       vv_diff_is_rewritten(c->old_rows, c->changed + c->rewritten + c->removed) &&
	       vv_text_is_among(vv_path_ext(e->path), endings, sizeof(endings) / sizeof(*endings));
}

static void hint_rewritten(writer *w, const vv_change_entry *e)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	vv_buf_puts(&text, "if a spreadsheet program rewrote it: \"varve restore --spelling ");
	vv_text_put_word(&text, e->path);
	vv_buf_puts(&text, "\" restores the spelling and keeps all edits");
	print_hint(w, vv_buf_cstr(&text));
}

static void put_unstaged(writer *w)
{
	if (!begin_part(w, w->c->unstaged > 0, "Changes not staged for commit:",
			"use \"varve add <file>...\" to update what will be committed")) {
		return;
	}
	print_hint(w, "use \"varve restore <file>...\" to discard changes in the work tree");
	vv_array_each(w->c->entries, w->c->count, e) {
		if (e->work != ' ' && e->work != '?' && !is_conflict(e)) {
			put_entry(w, e, change_word(e->work), VV_RED, false);
		}
		if (is_rewritten(e)) {
			hint_rewritten(w, e);
		}
	}
}

static void put_pointers(writer *w)
{
	if (!begin_part(w, w->c->pointers > 0, "Not written to the work tree:", NULL)) return;
	vv_array_each(w->c->entries, w->c->count, e) {
		vv_auto(vv_buf) text = VV_BUF_INIT;
		if (!e->pointer_only) {
			continue;
		}
		put_shown(&text, w->s->prefix, e->path);
		const char *lost = "", *verb = "restore", *blocks = "";

		if (e->lost) {
			lost = ", no line of .gitattributes tracks it";
			verb = "track";
		}
		if (!e->blocks_here) {
			blocks = e->linked ? " (linked, blocks at the source)"
					   : " (blocks missing here)";
		}
		print_line(w, "\t%s  pointer only%s%s: varve %s %s", vv_buf_cstr(&text), lost,
			   blocks, verb, vv_hint_path(e->path));
	}
}

/* Blocks of the staged or committed version; the file itself may exist. */
static void put_missing(writer *w)
{
	size_t count = w->c->missing_count;

	begin_part(
		w, count > 0, "Blocks missing here:",
		"use \"varve fsck --repair\" to make them from the files, or \"varve fetch --data\"");
	vv_array_each(w->c->missing, count < MISSING_SHOWN ? count : MISSING_SHOWN, path) {
		vv_auto(vv_buf) text = VV_BUF_INIT;
		put_shown(&text, w->s->prefix, *path);
		print_line(w, "\t%s", vv_buf_cstr(&text));
	}
	if (count > MISSING_SHOWN) {
		print_line(w, "\t... and %s more", vv_text_count(count - MISSING_SHOWN));
	}
}

typedef enum text_kind { DAMAGED_POINTERS, LATER_POINTERS, PLAIN_TEXT } text_kind;

static text_kind text_kind_of(const vv_change_entry *e)
{
	if (e->later) return LATER_POINTERS;
	return e->mend ? DAMAGED_POINTERS : PLAIN_TEXT;
}

/* Committed in the place of tables. */
static void put_text(writer *w, text_kind kind)
{
	static const struct {
		const char *heading, *advice;
	} parts[] = {
		[DAMAGED_POINTERS] = {"Damaged pointers committed instead of tables:", NULL},
		[LATER_POINTERS] = {"Pointers of a newer varve, which this one cannot read:",
				    "upgrade varve to read them"},
		[PLAIN_TEXT] = {
			"Committed as plain text, although .gitattributes tracks them as tables:",
			"use \"varve add --fix\" to convert them"}};
	bool any = false;

	vv_array_each(w->c->entries, w->c->count, e) {
		vv_auto(vv_buf) text = VV_BUF_INIT;
		if (!e->plain || text_kind_of(e) != kind) {
			continue;
		}
		any = any || begin_part(w, true, parts[kind].heading, parts[kind].advice);
		put_shown(&text, w->s->prefix, e->path);
		if (kind == DAMAGED_POINTERS) {
			vv_buf_printf(&text, "  %s: %s",
				      e->torn ? "git merged this pointer as text"
					      : "a damaged pointer",
				      e->mend);
		}
		print_line(w, "\t%s", vv_buf_cstr(&text));
	}
}

static void put_beaten(writer *w)
{
	begin_part(w, w->c->beaten.len > 0,
		   "Attributes that override varve's -text:", VV_ATTR_BEATEN_HINT);
	for (vv_line l = {.rest = vv_buf_cstr(&w->c->beaten)}; vv_line_next(&l);) {
		print_line(w, "\t%.*s", (int)l.len, l.text);
	}
}

static void put_untracked(writer *w)
{
	if (!begin_part(w, w->c->untracked > 0, "Untracked files:",
			"use \"varve add <file>...\" to include in what will be committed")) {
		return;
	}
	vv_array_each(w->c->entries, w->c->count, e) {
		if (e->work == '?') {
			put_entry(w, e, "", VV_RED, false);
		}
	}
}

/* The last line of the long form when nothing is staged; NULL: none. */
static const char *verdict_of(const vv_changes *c, bool untracked_hidden)
{
	if (c->staged) return NULL;
	if (c->unstaged || c->conflicts) {
		return "no changes added to commit (use \"varve add\" and/or \"varve commit -a\")";
	}
	if (c->untracked) {
		return "nothing added to commit but untracked files present "
		       "(use \"varve add\" to track)";
	}
	if (strcmp(c->state, "merge") == 0) {
		return "All conflicts fixed: run \"varve commit\" to conclude the merge";
	}
	if (c->head.unborn) {
		return "nothing to commit "
		       "(create or copy files and use \"varve add\" to track them)";
	}
	if (untracked_hidden) return "nothing to commit (use -u to show untracked files)";
	return c->pointers ? "nothing to commit, but not all tables are written to the work tree"
			   : "nothing to commit, working tree clean";
}

static void put_long(vv_buf *b, const vv_changes *c, const vv_status_style *s)
{
	writer w = {b, c, s};
	const char *verdict = verdict_of(c, s->untracked_hidden);

	put_branch(&w);
	put_staged(&w);
	put_conflicts(&w);
	put_unstaged(&w);
	put_pointers(&w);
	put_missing(&w);
	put_text(&w, DAMAGED_POINTERS);
	put_text(&w, LATER_POINTERS);
	put_text(&w, PLAIN_TEXT);
	put_beaten(&w);
	put_untracked(&w);
	if (verdict) {
		const bool apart = c->unstaged || c->untracked || c->conflicts || c->pointers ||
				   c->plain || c->missing_count > 0 || c->beaten.len > 0 ||
				   c->head.unborn;

		print_line(&w, "%s%s", apart ? "\n" : "", verdict);
	}
}

vv_status vv_status_put(vv_buf *b, const vv_changes *c, const vv_status_style *style, vv_error *err)
{
	if (style->json) {
		put_json(b, c);
	} else if (style->short_form || style->porcelain) {
		put_short(b, c, style);
	} else {
		put_long(b, c, style);
	}
	return vv_buf_ok(b, err);
}
