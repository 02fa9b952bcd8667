/*
 * desk_bar: the bar about the owner's own changes, on every page.
 */
#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "cmd/web/model/conflicts.h"
#include "cmd/web/model/desk.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"

const char *vv_page_changed_words(vv_page *p, const vv_web_desk *d)
{
	const size_t edits = d->edit_count - d->new_count;
	const vv_web_edit *first = vv_array_find(d->edits, d->edit_count, e, !e->is_new);
	const vv_web_edit *rewritten = vv_array_find(d->edits, d->edit_count, e,
						     *e->spreadsheet != '\0');

	if (edits == 0) return NULL;
	if (edits > 1) {
		const char *words = vv_page_text(p, "You changed %s",
						 vv_text_counted(edits, "file", NULL));

		if (!rewritten) return words;
		return vv_page_text(p, "%s; a spreadsheet program has rewritten %s", words,
				    rewritten->path);
	}
	if (rewritten) {
		return vv_page_text(p, "A spreadsheet program has rewritten %s", first->path);
	}
	return vv_page_text(p, "You changed %s%s%s", first->path, *first->words ? ": " : "",
			    first->words);
}

bool vv_page_is_changed(const vv_page *p, const char *path)
{
	return p->desk &&
	       vv_array_find(p->desk->edits, p->desk->edit_count, e, strcmp(e->path, path) == 0);
}

bool vv_page_is_newest(vv_page *p, const vv_web_commit *c)
{
	vv_web_commit head;

	return vv_web_commit_head(p->asked->visit, &head, VV_IGNORED) == VV_OK &&
	       strcmp(head.hex, c->hex) == 0;
}

const char *vv_page_to_file(vv_page *p, const char *path)
{
	const vv_web_commit *c = &p->asked->commit;
	const bool changed = vv_page_is_changed(p, path) && vv_page_is_newest(p, c);

	return vv_page_to(p, VV_WEB_AT_TABLE, changed ? VV_WEB_WORK : c->hex, path);
}

bool vv_page_is_edited(const vv_page *p, const char *path)
{
	return p->desk && vv_array_find(p->desk->edits, p->desk->edit_count, e,
					!e->is_new && !e->conflict && strcmp(e->path, path) == 0);
}

/* Appends more to the words. */
static const char *add_words(vv_page *p, const char *words, const char *more, const char *what)
{
	return vv_page_text(p, "%s%s%s%s", words, *words ? " \u00b7 " : "", more, what);
}

/* The next step: a link to the desk, or a button that does it. */
typedef struct next_step {
	const char *words; /* NULL: nothing is to do */
	const char *what;  /* the button's name; NULL: a link */
	const char *title;
} next_step;

static next_step find_next(const vv_web_desk *d)
{
	if (d->edit_count > d->new_count) return (next_step){.words = "Look, save or undo"};
	if (!*d->upstream) return (next_step){.words = NULL};
	if (d->behind == 0 && d->ahead > d->waiting) {
		return (next_step){"Send", "send", "git pull, git push"};
	}
	return (next_step){"Get new versions", "get", "git pull, by cell"};
}

/* "Not sent yet: Bob changed the same cells as you": an operation that conflicts interrupted. */
static const char *state_words(vv_page *p, const vv_web_desk *d)
{
	const bool open = vv_array_find(d->edits, d->edit_count, e, e->conflict) != NULL;
	const bool tables = vv_array_find(d->edits, d->edit_count, e, e->conflict && e->table);
	const char *begin = *d->upstream ? "Not sent yet" : "Not finished yet";

	if (strcmp(d->state, "merge") != 0) {
		return vv_page_text(p, "A %s is not finished", d->state);
	}
	if (!open) return vv_page_text(p, "%s: everything is decided", begin);
	const char *who = vv_web_merge_author(p->asked->visit);
	who = *who ? who : "others";
	return vv_page_text(p, "%s: %s changed the same %s as you", begin, who,
			    tables ? "cells" : "file");
}

const char *vv_page_waits(const vv_page *p, const vv_web_commit *c)
{
	return p->desk && vv_web_desk_waits(p->desk, c) ? "waits for a review, does not count yet"
							: NULL;
}

void vv_page_put_desk_bar(vv_page *p)
{
	vv_web_desk *read;

	if (!p->asked->token || !p->asked->visit || !vv_page_is_served(p)) return;
	if (!p->desk) {
		if (!(read = vv_arena_calloc(&p->arena, 1, sizeof(*read))) ||
		    vv_web_desk_read(p->asked->visit, false, read, VV_IGNORED) < 0) {
			return;
		}
		if (!*read->state) {
			vv_web_desk_find_rewritten(p->asked->visit, read);
		}
		p->desk = read;
	}
	const vv_web_desk *d = p->desk;
	if (*d->state) {
		const bool open = vv_array_find(d->edits, d->edit_count, e, e->conflict);

		part_desk_bar(&p->html, .at = vv_page_to(p, VV_WEB_AT_CONFLICTS, NULL, NULL),
			      .words = state_words(p, d), .next = open ? "Decide" : "Finish",
			      .on = p->at->place == VV_WEB_AT_CONFLICTS);
		return;
	}
	const char *changed = vv_page_changed_words(p, d);
	const char *words = "";
	if (d->behind > 0) {
		words = add_words(p, words,
				  vv_text_counted(d->behind, "new version of others is",
						  "new versions of others are"),
				  " to get");
	}
	if (changed) {
		words = add_words(p, words, changed, "");
	}
	if (*d->upstream && d->ahead > d->waiting) {
		words = add_words(p, words,
				  vv_text_counted(d->unsent_versions, "version of yours is",
						  "versions of yours are"),
				  " not sent");
	}
	if (d->waiting > 0) {
		words = add_words(p, words,
				  vv_text_counted(d->waiting, "version waits", "versions wait"),
				  " for a review");
	}
	if (!*words) {
		words = *d->upstream ? "Everything is saved and sent" : "Everything is saved";
	}
	const next_step next = find_next(d);
	part_desk_bar(&p->html, .at = vv_page_to(p, VV_WEB_AT_DESK, NULL, NULL), .words = words,
		      .next = next.words, .what = next.what, .title = next.title,
		      .token = p->asked->token,
		      .on = p->at->place == VV_WEB_AT_DESK && !p->at->path);
}
