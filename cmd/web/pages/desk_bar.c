/*
 * desk_bar: the bar about the owner's own changes, on every page.
 */
#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "cmd/web/model/desk.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"

const char *vv_page_changed_words(vv_page *p, const vv_web_desk *d)
{
	const size_t edits = d->edit_count - d->new_count;
	const vv_web_edit *first = vv_array_find(d->edits, d->edit_count, e, !e->is_new);

	if (edits == 0) return NULL;
	return edits == 1 ? vv_page_text(p, "You changed %s: %s", first->path, first->words)
			  : vv_page_text(p, "You changed %s", vv_text_counted(edits, "file", NULL));
}

bool vv_page_is_edited(const vv_page *p, const char *path)
{
	return p->desk && vv_array_find(p->desk->edits, p->desk->edit_count, e,
					!e->is_new && !e->conflict && strcmp(e->path, path) == 0);
}

/* The next step; NULL: nothing is to do. */
static const char *next_words(const vv_web_desk *d)
{
	if (d->edit_count > d->new_count) return "Look, save or undo";
	if (*d->upstream && d->ahead > d->waiting) return "Send";
	if (d->behind > 0) return "Get";
	return *d->upstream ? "Look for new versions" : NULL;
}

void vv_page_put_desk_bar(vv_page *p)
{
	vv_web_desk *d;

	if (!p->asked->token || !p->asked->visit || !vv_page_is_served(p)) return;
	if (!(d = vv_arena_calloc(&p->arena, 1, sizeof(*d))) ||
	    vv_web_desk_read(p->asked->visit, false, d, VV_IGNORED) < 0) {
		return;
	}
	p->desk = d;
	if (*d->state) {
		part_desk_bar(&p->html, .at = vv_page_to(p, VV_WEB_AT_CONFLICTS, NULL, NULL),
			      .words = vv_page_text(p, "A %s is not concluded", d->state),
			      .next = "Decide", .on = p->at->place == VV_WEB_AT_CONFLICTS);
		return;
	}
	const char *changed = vv_page_changed_words(p, d);
	const char *words = changed ? changed : "You changed nothing";
	if (*d->upstream && d->ahead > d->waiting) {
		words = vv_page_text(
			p, "%s \u00b7 %s not sent", words,
			vv_text_counted(d->ahead - d->waiting, "version is", "versions are"));
	}
	if (d->waiting > 0) {
		words = vv_page_text(p, "%s \u00b7 %s for a review", words,
				     vv_text_counted(d->waiting, "version waits", "versions wait"));
	}
	if (d->behind > 0) {
		words = vv_page_text(p, "%s \u00b7 %s to get", words,
				     vv_text_counted(d->behind, "version is", "versions are"));
	}
	part_desk_bar(&p->html, .at = vv_page_to(p, VV_WEB_AT_DESK, NULL, NULL), .words = words,
		      .next = next_words(d), .on = p->at->place == VV_WEB_AT_DESK && !p->at->path);
}
