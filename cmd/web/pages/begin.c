/*
 * begin: the page of `varve web` outside of a repository: clones an address, or opens a folder.
 */
#include <string.h>

#include "base/array.h"
#include "cmd/web/model/login.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"

static const char *typed_text(const vv_web_verb *verb, const char *button, const char *name)
{
	const bool pressed = verb &&
			     (strcmp(verb->name, "clone") == 0) == (strcmp(button, "clone") == 0);

	return pressed ? vv_web_field(verb, name) : "";
}

vv_status vv_page_begin_here(vv_page *p, const vv_web_begin *b, const vv_web_verb *verb,
			     const vv_error *why, vv_buf *out, vv_error *err)
{
	const char *token = p->asked->token;

	vv_page_begin(p, &(vv_page_frame){.title = "Open tables",
					  .description = "Open tables",
					  .heading = "Open tables"});
	part_trouble_lead(
		&p->html,
		.text = "See what colleagues changed, change cells, and send your changes.");
	if (why) {
		vv_page_put_problem(p, why);
	}
	if (b->count > 0) {
		part_begin_list_begin(&p->html);
		vv_array_each(b->names, b->count, name) {
			part_begin_known(&p->html, .token = token, .name = *name);
		}
		part_begin_list_end(&p->html, .more = !b->complete);
	}
	part_begin_clone(&p->html, .login = why && vv_web_login_is_needed(why->message),
			 .token = token, .here = b->folder,
			 .address = typed_text(verb, "clone", "address"),
			 .folder = typed_text(verb, "clone", "folder"));
	part_begin_open(&p->html, .token = token, .folder = typed_text(verb, "open", "folder"));
	return vv_page_end(p, out, err);
}
