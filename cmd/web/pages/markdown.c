/*
 * markdown: cmark-gfm's calls. Its writer omits HTML and addresses that a browser would run; this file asks a callback
 * for addresses, and writes invisible and direction-changing characters visibly.
 *
 * Of GitHub's extensions only tables: others keep state in memory shared by all threads.
 */
#include "cmd/web/pages/markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <stdlib.h>
#include <string.h>

#include "base/show.h"
#include "base/thread.h"

#define LEVELS 6     /* of headings */
#define COLUMNS 200u /* of tables: cells that a row does not have are made, too */

static bool known;

/* Its words stay where it was. */
static void unwrap_node(cmark_node *n)
{
	cmark_node *child;

	while ((child = cmark_node_first_child(n))) {
		(void)cmark_node_insert_before(n, child);
	}
	cmark_node_free(n);
}

static void follow_link(cmark_node *n, const vv_markdown_links *links)
{
	bool picture = cmark_node_get_type(n) == CMARK_NODE_IMAGE;
	const char *to = links->to(links->payload, cmark_node_get_url(n), picture);

	if (to) {
		(void)cmark_node_set_url(n, to);
		(void)cmark_node_set_title(n, "");
	} else {
		unwrap_node(n);
	}
}

static void show_literal(cmark_node *n)
{
	const char *s = cmark_node_get_literal(n);
	size_t len = strlen(s);
	vv_auto(vv_buf) seen = VV_BUF_INIT;
	vv_piece p;

	for (size_t i = 0; i < len; i += p.taken) {
		vv_piece_next(&p, s + i, len - i);
		if (s[i] == '\n' || s[i] == '\t') {
			vv_buf_putc(&seen, s[i]);
		} else {
			vv_buf_put(&seen, p.text, p.len);
		}
	}
	(void)cmark_node_set_literal(n, vv_buf_cstr(&seen));
}

/* A node that is left: nothing after it looks at it again. */
static void change_node(cmark_node *n, cmark_event_type event, const vv_markdown_links *links)
{
	const cmark_node_type type = cmark_node_get_type(n);

	if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE || type == CMARK_NODE_CODE_BLOCK) {
		show_literal(n);
	} else if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE) {
		cmark_node_free(n);
	} else if (event == CMARK_EVENT_EXIT && type == CMARK_NODE_HEADING) {
		const int level = cmark_node_get_heading_level(n);

		(void)cmark_node_set_heading_level(n, level < LEVELS ? level + 1 : LEVELS);
	} else if (event == CMARK_EVENT_EXIT &&
		   (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE)) {
		follow_link(n, links);
	}
}

/* Is there a line that could be a row of more columns? */
static bool is_too_wide(const char *text, size_t len)
{
	size_t bars = 0;

	for (size_t i = 0; i < len && bars <= COLUMNS; i++) {
		bars = text[i] == '\n' ? 0 : bars + (text[i] == '|');
	}
	return bars > COLUMNS;
}

vv_status vv_markdown_put(vv_html *h, const char *text, size_t len, const vv_markdown_links *links,
			  vv_error *err)
{
	cmark_event_type event;

	vv_once(&known, cmark_gfm_core_extensions_ensure_registered);
	cmark_parser *parser = cmark_parser_new(CMARK_OPT_DEFAULT);
	if (!is_too_wide(text, len)) {
		(void)cmark_parser_attach_syntax_extension(parser,
							   cmark_find_syntax_extension("table"));
	}
	cmark_parser_feed(parser, text, len);
	cmark_node *root = cmark_parser_finish(parser);
	cmark_iter *i = cmark_iter_new(root);
	while ((event = cmark_iter_next(i)) != CMARK_EVENT_DONE) {
		change_node(cmark_iter_get_node(i), event, links);
	}
	char *html = cmark_render_html(root, CMARK_OPT_DEFAULT,
				       cmark_parser_get_syntax_extensions(parser));
	vv_html_put_part(h, html, strlen(html));
	free(html);
	cmark_iter_free(i);
	cmark_node_free(root);
	cmark_parser_free(parser);
	return vv_buf_ok(&h->markup, err);
}
