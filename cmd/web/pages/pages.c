/*
 * pages: which function makes which page, and the files that are embedded in the program.
 */
#include "cmd/web/pages/pages.h"

#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"
#include "transport/server/words.h"

#define HTML_TYPE "text/html; charset=utf-8"

/* style.css, script.js and icon.svg, embedded by the build; each ends with a NUL. */
extern const char web_page_style[], web_page_script[], web_page_icon[];

vv_status vv_page_make(vv_page *p, vv_web_reply *reply, vv_error *err)
{
	static vv_status (*const made[])(vv_page *, vv_buf *, vv_error *) = {
		[VV_WEB_AT_OVERVIEW] = vv_page_overview, [VV_WEB_AT_COMMITS] = vv_page_history,
		[VV_WEB_AT_FEED] = vv_page_feed,         [VV_WEB_AT_SEARCH] = vv_page_search,
		[VV_WEB_AT_TREE] = vv_page_files,        [VV_WEB_AT_TABLE] = vv_page_table,
		[VV_WEB_AT_ROW] = vv_page_row,           [VV_WEB_AT_COLUMNS] = vv_page_column,
		[VV_WEB_AT_HISTORY] = vv_page_history,   [VV_WEB_AT_COMPARE] = vv_page_compare,
		[VV_WEB_AT_CHECK] = vv_page_check,       [VV_WEB_AT_CONFLICTS] = vv_page_conflicts,
		[VV_WEB_AT_SQL] = vv_page_sql,           [VV_WEB_AT_DESK] = vv_page_desk,
	};
	const size_t at = p->at->place;

	if (at >= sizeof(made) / sizeof(made[0]) || !made[at]) {
		return vv_fail(err, VV_ENOTFOUND, "no such page");
	}
	reply->type = at == VV_WEB_AT_FEED ? "application/atom+xml; charset=utf-8" : HTML_TYPE;
	return made[at](p, &reply->body, err);
}

static vv_status answer_page(const vv_web_asked *asked, vv_web_reply *reply, vv_error *err)
{
	vv_auto(vv_page) p = {0};

	vv_page_init(&p, asked, NULL);
	vv_status rc = vv_page_make(&p, reply, err);
	reply->no_store = reply->no_store || p.passing;
	return rc;
}

static vv_status answer_trouble(const vv_web_asked *asked, const vv_error *why, vv_web_reply *reply,
				vv_error *err)
{
	vv_web_address at = asked->address ? *asked->address : (vv_web_address){.base = NULL};
	vv_web_asked shown = *asked;
	vv_auto(vv_page) p = {0};

	at.base = at.base ? at.base : "";
	shown.address = &at;
	vv_page_init(&p, &shown, NULL);
	reply->type = HTML_TYPE;
	reply->no_store = true;
	return vv_page_trouble(&p, reply->status, why, &reply->body, err);
}

/* "/NAME/assets/FILE" */
static const char *asset_of(vv_page *p, const char *name, const char *file)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_putc(&b, '/');
	vv_http_encode(&b, name, strlen(name));
	return vv_page_text(p, "%s/assets/%s", vv_buf_cstr(&b), file);
}

/* The newest version of one of several; of one that does not open, or when the time limit was reached, the name alone. */
static void put_repository(vv_page *p, const vv_http_listed *r, const vv_env *env,
			   const vv_web_visit *each)
{
	vv_web_visit visit = *each;
	vv_auto(vv_buf) base = VV_BUF_INIT;
	vv_auto(vv_page) own = {0};
	bool over = true;

	vv_buf_putc(&base, '/');
	vv_http_encode(&base, r->name, strlen(r->name));
	vv_web_address at = {.base = vv_buf_cstr(&base)};
	vv_web_asked asked = {.address = &at, .repository = r->name, .commit = {.none = true}};
	visit.reach = r->reach;
	if (vv_web_over(&visit, &over, VV_IGNORED) == VV_OK && !over &&
	    vv_web_visit_begin(&visit, r->path, env, VV_IGNORED) == VV_OK) {
		asked.visit = &visit;
		(void)vv_web_commit_head(&visit, &asked.commit, VV_IGNORED);
	}
	vv_page_init(&own, &asked, NULL);
	vv_page_put_repository(&own, &p->html);
	p->failed = p->failed || own.failed || base.failed;
	p->passing = p->passing || own.passing || over;
	vv_web_visit_end(&visit);
}

static vv_status answer_list(const vv_http_call *call, const vv_http_ask *ask,
			     const vv_web_visit *each, vv_web_reply *reply, vv_error *err)
{
	const size_t count = ask->listed_count;
	vv_web_address nowhere = {.base = ""};
	vv_web_asked asked = {.address = &nowhere};
	vv_page_place files; /* those of any repository */
	vv_auto(vv_page) p = {0};

	vv_page_init(&p, &asked, NULL);
	if (count > 0) {
		files = (vv_page_place){.style = asset_of(&p, ask->listed[0].name, "style.css"),
					.script = asset_of(&p, ask->listed[0].name, "script.js"),
					.icon = asset_of(&p, ask->listed[0].name, "icon.svg")};
		p.place = &files;
	}
	reply->type = HTML_TYPE;
	vv_page_begin(
		&p, &(vv_page_frame){.title = "Repositories",
				     .description = vv_page_text(
					     &p, "%s of tables",
					     vv_text_counted(count, "repository", "repositories")),
				     .heading = "Repositories"});
	part_list_begin(&p.html, .kind = "repositories");
	vv_array_each(ask->listed, count, it) {
		put_repository(&p, it, call->env, each);
	}
	part_list_end(&p.html);
	reply->no_store = p.passing;
	return vv_page_end(&p, &reply->body, err);
}

static vv_status make_first_page(const vv_web_asked *asked, const vv_web_begin *b,
				 const vv_web_verb *verb, const vv_error *why, vv_web_reply *reply,
				 vv_error *err)
{
	vv_auto(vv_page) p = {0};

	vv_page_init(&p, asked, NULL);
	reply->type = HTML_TYPE;
	reply->no_store = true;
	return vv_page_begin_here(&p, b, verb, why, &reply->body, err);
}

/* ---- files */

const vv_page_asset *vv_page_asset_at(size_t i)
{
	static const vv_page_asset assets[] = {
		{"style.css", "text/css; charset=utf-8", web_page_style},
		{"script.js", "text/javascript; charset=utf-8", web_page_script},
		{"icon.svg", "image/svg+xml", web_page_icon},
	};
	return i < sizeof(assets) / sizeof(assets[0]) ? &assets[i] : NULL;
}

static vv_status answer_asset(const char *name, vv_web_reply *reply, vv_error *err)
{
	const vv_page_asset *a;

	for (size_t i = 0; (a = vv_page_asset_at(i)); i++) {
		if (strcmp(a->name, name) == 0) {
			reply->type = a->type;
			vv_buf_puts(&reply->body, a->text);
			return vv_buf_ok(&reply->body, err);
		}
	}
	return vv_fail(err, VV_ENOTFOUND, "no such file '%s'", vv_text_shows(name));
}

const vv_web_pages vv_pages = {
	.page = answer_page,
	.trouble = answer_trouble,
	.asset = answer_asset,
	.list = answer_list,
	.begin = make_first_page,
};
