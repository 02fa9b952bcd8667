/*
 * trouble: the page of an error: what happened, what to try, and where the thing is that is not here.
 */
#include "base/array.h"
#include "base/show.h"
#include "cmd/frame/hint_words.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"

/* Is it the answer to a button? */
static bool is_of_button(const vv_page *p)
{
	return p->at->place == VV_WEB_AT_DESK || p->at->place == VV_WEB_AT_CONFLICTS;
}

static const char *title_of(const vv_page *p, unsigned status, const vv_error *why)
{
	if (status == 400 && is_of_button(p)) return "That did not work";
	if (why->code == VV_EMISSING) {
		return why->gap == VV_GAP_EXPIRED ? "These rows have expired" : "Data is missing";
	}
	if (status == 404) return "Not found";
	if (status == 403) return "Not allowed";
	if (status == 400) return "Invalid request";
	if (status == 503) return "Too busy";
	return "The page could not be made";
}

/* If the path exists, puts the link to it: another part of the address was wrong. Otherwise names a version that has it, and
 * similar names. */
static void put_ways(vv_page *p, const vv_error *why)
{
	const vv_web_commit *c = &p->asked->commit;
	const char *path = p->at->path, **near;
	vv_web_commit newest;
	size_t count;
	bool there;

	if (!p->asked->visit || !path || c->none || !c->hex[0] || why->code == VV_EMISSING ||
	    vv_web_has(p->asked->visit, c, path, &there, VV_IGNORED) < 0) {
		return;
	}
	if (there) {
		part_link_paragraph(&p->html, .at = vv_page_to(p, VV_WEB_AT_TABLE, c->hex, path),
				    .text = vv_page_text(p, "%s in version %s", path, c->brief));
	}
	if (there || why->code != VV_ENOTFOUND ||
	    vv_web_elsewhere(p->asked->visit, c, path, &newest, &near, &count, VV_IGNORED) < 0) {
		return;
	}
	if (!newest.none) {
		part_link_paragraph(
			&p->html, .before = "The newest version that has it:",
			.at = vv_page_to(p, VV_WEB_AT_TABLE, newest.hex, path),
			.text = vv_page_text(p, "%s of %s", newest.brief, vv_page_day(p, &newest)));
	}
	if (count > 0) {
		part_subtitle(&p->html, .text = "Did you mean", .id = "near");
		part_list_begin(&p->html, .kind = "near");
		vv_array_each(near, count, it) {
			part_link_item(&p->html, .at = vv_page_to(p, VV_WEB_AT_TABLE, c->hex, *it),
				       .text = *it);
		}
		part_list_end(&p->html);
	}
}

vv_status vv_page_trouble(vv_page *p, unsigned status, const vv_error *why, vv_buf *out,
			  vv_error *err)
{
	vv_error worded = *why;

	vv_page_begin(p, &(vv_page_frame){.title = title_of(p, status, why),
					  .description = why->message,
					  .heading = title_of(p, status, why)});
	part_trouble_lead(&p->html, .text = vv_page_sentence(p, why->message));
	vv_hint_word(&worded, vv_hint_words);
	if (worded.hint[0]) {
		part_note(&p->html, .text = vv_page_sentence(p, worded.hint));
	}
	put_ways(p, why);
	if (is_of_button(p) && p->asked->token) {
		part_link_paragraph(&p->html, .at = vv_page_to(p, p->at->place, NULL, NULL),
				    .text = p->at->place == VV_WEB_AT_DESK ? "Your changes"
									   : "The conflicts");
	}
	if (p->asked->repository) {
		part_link_paragraph(&p->html, .at = vv_page_to(p, VV_WEB_AT_OVERVIEW, NULL, NULL),
				    .text = "The overview of this repository");
	}
	return vv_page_end(p, out, err);
}
