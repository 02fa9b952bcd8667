/*
 * frame: the parts around every page: head, heading, the version, the views of its subject, and the
 * foot.
 */
#include <string.h>

#include "base/array.h"
#include "cmd/web/model/signed.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"

#define REFS 20u /* of each kind, in the list of versions */
/* of a page in a file, which no server sends */
#define POLICY                                                                                     \
	"default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src 'self' file: data:; base-uri 'none'"

static const char *to_asset(vv_page *p, const char *name, const char *file)
{
	const vv_web_address to = {.base = p->at->base, .place = VV_WEB_AT_ASSET, .name = name};

	return file ? file : vv_page_link(p, &to);
}

static const char *own_address(vv_page *p)
{
	const char *u = vv_page_link(p, p->at);

	if (!u || !p->asked->origin || !vv_page_is_served(p)) return NULL;
	return vv_page_text(p, "%s%s", p->asked->origin, u);
}

/* ---- the version */

/* "main, 22 Aug 2026": the branch or tag at the commit, or the commit; of one that no signed head has, "..., not signed". */
static const char *version_words(vv_page *p, const vv_web_commit *c, const vv_web_ref *refs,
				 size_t count)
{
	const vv_web_ref *ref = vv_array_find(refs, count, it,
					      vv_oid_equal(&it->commit.id, &c->id));
	const char *mark = "";
	bool is_unsigned = false;

	if (c->none) return "nothing";
	if (c->work) return p->asked->token ? "your files" : "the work tree";
	if (vv_web_commit_is_unsigned(p->asked->visit, c, &is_unsigned, VV_IGNORED) < 0) {
		p->failed = true;
	}
	if (is_unsigned) {
		mark = ", not signed";
	}
	return vv_page_text(p, "%s, %s%s", ref ? ref->name : c->brief, vv_page_day(p, c), mark);
}

/* This page at another version; of a comparison, another beginning. */
static const char *to_version(vv_page *p, const char *rev)
{
	vv_web_address to = *p->at;

	to.rows.from = to.compare.from = 0;
	to.rows.jump = to.after = NULL;
	if (p->at->place == VV_WEB_AT_COMPARE) {
		to.other_rev = rev;
	} else {
		to.rev = rev;
	}
	return vv_page_link(p, &to);
}

static void put_version_forms(vv_page *p, vv_html *h, const vv_page_frame *f)
{
	vv_web_address here_without = *p->at;
	const vv_web_commit *b = f->version;
	bool both = p->at->place == VV_WEB_AT_COMPARE;

	here_without.rows = (vv_web_rows_query){.from = 0};
	here_without.after = here_without.since = NULL;
	if (!both) {
		part_version_form(h, .at = vv_page_link(p, &here_without), .key = p->at->key,
				  .name = p->at->name);
	}
	const vv_web_commit *a = &p->asked->other;
	const char *from = NULL;

	if (both && !a->none) {
		from = a->work ? a->hex : a->brief;
	}
	part_compare_form(h, .at = vv_page_to(p, VV_WEB_AT_COMPARE, NULL, NULL), .from = from,
			  .to = b->work ? b->hex : b->brief, .path = f->dataset);
}

/* From the older to the newer of both; NULL: they are one. */
static const char *to_difference(vv_page *p, const vv_web_commit *a, const vv_web_commit *b,
				 const char *path)
{
	if (vv_oid_equal(&a->id, &b->id) || b->work) return NULL;
	return a->time <= b->time ? vv_page_to_compare(p, a, b, path)
				  : vv_page_to_compare(p, b, a, path);
}

/* Branches at the host, such as those that wait for a review. */
static void put_remote_refs(vv_page *p, vv_html *h, const vv_page_frame *f)
{
	const vv_web_commit *c = f->version;
	vv_web_ref *refs = NULL;
	size_t count = 0;

	if (!p->asked->owner ||
	    vv_web_remote_refs(p->asked->visit, REFS, &refs, &count, VV_IGNORED) < 0) {
		return;
	}
	vv_array_each(refs, count, ref) {
		part_ref(h, .at = to_version(p, ref->name), .name = ref->name,
			 .words = vv_page_text(p, "at the host, %s", vv_page_day(p, &ref->commit)),
			 .on = vv_oid_equal(&ref->commit.id, &c->id),
			 .diff = to_difference(p, &ref->commit, c, f->dataset));
	}
}

/* The one control for the version: branches, tags, a day, a commit; two to compare. */
static vv_html *version_menu(vv_page *p, const vv_page_frame *f)
{
	vv_html *h = vv_page_piece_new(p);
	const vv_web_commit *c = f->version;
	vv_web_ref *refs = NULL;
	size_t count = 0;
	bool trusts;

	if (!c || c->none || !p->asked->visit) return h;
	if (vv_page_is_served(p) &&
	    (vv_web_refs(p->asked->visit, REFS, &refs, &count, VV_IGNORED) < 0 ||
	     vv_web_refs_judge(p->asked->visit, refs, count, &trusts, VV_IGNORED) < 0)) {
		count = 0;
	}
	const char *words = version_words(p, c, refs, count);
	if (p->at->place == VV_WEB_AT_COMPARE) {
		words = vv_page_text(p, "%s \u2192 %s",
				     version_words(p, &p->asked->other, refs, count), words);
	}
	if (!vv_page_is_served(p)) {
		part_version_words(h, .text = words);
		return h;
	}
	part_versions_begin(h, .words = words);
	put_version_forms(p, h, f);
	part_refs_begin(h);
	vv_array_each(refs, count, ref) {
		const char *kind = ref->tag ? "tag, " : "";

		part_ref(h, .at = to_version(p, ref->name), .name = ref->name,
			 .words = vv_page_text(p, "%s%s%s", kind, vv_page_day(p, &ref->commit),
					       ref->is_unsigned ? ", not signed" : ""),
			 .on = vv_oid_equal(&ref->commit.id, &c->id),
			 .diff = to_difference(p, &ref->commit, c, f->dataset));
	}
	put_remote_refs(p, h, f);
	part_refs_end(h);
	part_versions_end(h);
	return h;
}

/* ---- the views */

static void put_dataset_views(vv_page *p, vv_html *h, const vv_page_frame *f, const char *rev)
{
	const vv_web_commit *c = f->version;
	vv_web_commit before = vv_web_none;
	vv_web_place at = p->at->place;

	if (c && !c->none && p->asked->visit &&
	    vv_web_commit_before(p->asked->visit, c, &before, VV_IGNORED) < 0) {
		before.none = true;
	}
	part_view(h, .at = vv_page_to(p, VV_WEB_AT_TABLE, rev, f->dataset),
		  .text = f->file ? "File" : "Rows", .on = at == VV_WEB_AT_TABLE);
	part_view(h, .text = "Compare", .on = at == VV_WEB_AT_COMPARE,
		  .at = at == VV_WEB_AT_COMPARE ? vv_page_link(p, p->at)
			: c                     ? vv_page_to_compare(p, &before, c, f->dataset)
						: NULL);
	part_view(h, .at = f->file || !c ? NULL : vv_page_to_column(p, c, f->dataset, NULL),
		  .text = "Columns", .on = at == VV_WEB_AT_COLUMNS);
	part_view(h, .text = "History", .on = at == VV_WEB_AT_HISTORY,
		  .at = vv_page_to(p, VV_WEB_AT_HISTORY, !c || c->none || c->work ? NULL : c->hex,
				   f->dataset));
}

static vv_html *make_views(vv_page *p, const vv_page_frame *f)
{
	static const struct {
		vv_web_place place;
		const char *words;
	} of_all[] = {{VV_WEB_AT_OVERVIEW, "Overview"},
		      {VV_WEB_AT_TREE, "Tables"},
		      {VV_WEB_AT_COMMITS, "Commits"},
		      {VV_WEB_AT_SEARCH, "Search"}};
	const char *rev = f->version && !f->version->none ? f->version->hex : "HEAD";
	vv_html *h = vv_page_piece_new(p);
	vv_auto(char) *sql = NULL;

	if (f->dataset) {
		put_dataset_views(p, h, f, rev);
	}
	vv_array_each(of_all, !f->dataset && p->asked->repository ? 4 : 0, it) {
		const char *at = it->place == VV_WEB_AT_TREE ? rev : NULL;
		/* the owner's pages have no words of Git */
		const bool named = p->asked->token && it->place == VV_WEB_AT_COMMITS;
		part_view(h, .at = vv_page_to(p, it->place, at, NULL),
			  .text = named ? "Versions" : it->words, .on = p->at->place == it->place);
	}
	if (!f->dataset && vv_page_finds_sql(p, &sql)) {
		part_view(h, .at = vv_page_to(p, VV_WEB_AT_SQL, NULL, NULL), .text = "SQL",
			  .on = p->at->place == VV_WEB_AT_SQL);
	}
	return h;
}

/* Tells the owner that a table, or a part of it, is not as it is now. */
static void put_older(vv_page *p, const vv_page_frame *f)
{
	const unsigned places = 1u << VV_WEB_AT_TABLE | 1u << VV_WEB_AT_ROW |
				1u << VV_WEB_AT_COLUMNS;
	vv_web_address to = *p->at;

	if (!p->desk || !f->dataset || !f->version || !(places & 1u << p->at->place) ||
	    f->version->work || f->version->none || vv_page_is_newest(p, f->version)) {
		return;
	}
	to.rev = vv_page_is_changed(p, f->dataset) ? VV_WEB_WORK : "HEAD";
	to.rows.from = 0;
	part_older_version(&p->html, .day = vv_page_moment(p, f->version),
			   .at = vv_page_link(p, &to));
}

void vv_page_begin(vv_page *p, const vv_page_frame *f)
{
	static const vv_page_place nowhere = {.style = NULL};
	const vv_page_place *place = p->place ? p->place : &nowhere;
	const char *policy = POLICY, *feed = NULL, *list = NULL, *dataset = NULL,
		   *dataset_at = NULL;
	const char *rev = f->version && !f->version->none ? f->version->hex : "HEAD";
	bool headed = f->heading && *f->heading, own = headed && f->dataset; /* below the dataset */

	if (vv_page_is_served(p)) {
		policy = NULL;
	}
	if (!f->dataset && p->asked->repository && vv_page_is_served(p)) {
		feed = vv_page_to(p, VV_WEB_AT_FEED, NULL, NULL);
	}
	if (p->at->base && *p->at->base && strcmp(p->at->base, "/-") != 0) {
		list = "/";
	}
	if (own) {
		dataset = f->dataset;
		dataset_at = vv_page_to(p, VV_WEB_AT_TABLE, rev, f->dataset);
	}
	part_page_begin(&p->html, .title = f->title, .description = f->description,
			.here = own_address(p), .style = to_asset(p, "style.css", place->style),
			.script = to_asset(p, "script.js", place->script),
			.icon = to_asset(p, "icon.svg", place->icon), .policy = policy,
			.repository = p->asked->repository,
			.home = vv_page_to(p, VV_WEB_AT_OVERVIEW, NULL, NULL), .feed = feed,
			.list = list, .dataset = dataset, .dataset_at = dataset_at,
			.heading = headed ? f->heading : f->dataset, .version = version_menu(p, f),
			.views = make_views(p, f), .wide = f->wide);
	vv_page_put_desk_bar(p);
	put_older(p, f);
	vv_page_put_done(p);
	if (p->asked->why) {
		vv_page_put_problem(p, p->asked->why);
	}
}

void vv_page_note_limit(vv_page *p, const char *text, const char *hint)
{
	part_note(&p->html, .text = text, .hint = hint);
	p->said_limit = true;
}

vv_status vv_page_end(vv_page *p, vv_buf *out, vv_error *err)
{
	bool served = vv_page_is_served(p) && p->asked->repository &&
		      p->at->place != VV_WEB_AT_CHECK && p->at->place != VV_WEB_AT_SEARCH &&
		      p->at->place != VV_WEB_AT_SQL && p->at->place != VV_WEB_AT_DESK;
	vv_web_address api = *p->at;

	if (p->asked->visit && p->asked->visit->cut && !p->said_limit) {
		vv_page_note_limit(
			p, "The time limit of this page was reached. Reload the page for more.",
			NULL);
	}
	if (p->place && p->place->also) {
		p->place->also(p->place->payload, p);
	}
	api.api = true;
	api.done = NULL;
	part_page_end(&p->html, .version = VARVE_VERSION,
		      .json = served ? vv_page_link(p, &api) : NULL);
	if (p->failed) return vv_fail_nomem(err);
	return vv_html_take(&p->html, out, err);
}
