/* Tests of cmd/web/pages/markdown.h: what becomes of addresses, of markup and of characters that are not seen. */
#include "tests/unit/support.h"

#include <string.h>

#include "cmd/web/pages/markdown.h"

/* Leads to what begins with 'a'. */
static const char *to(void *payload, const char *address, bool picture)
{
	(void)payload;
	return *address != 'a' ? NULL : picture ? "/raw" : "/page";
}

static void expect(const char *text, const char *wanted)
{
	const vv_markdown_links links = {to, NULL};
	vv_auto(vv_html) h = VV_HTML_INIT;
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(vv_markdown_put(&h, text, strlen(text), &links, &err), &err);
	vv_assert_ok(vv_html_take(&h, &out, &err), &err);
	assert_string_equal(vv_buf_cstr(&out), wanted);
}

static void an_address_goes_through_the_caller_or_is_left_out(void **state)
{
	(void)state;
	expect("[x *y*](a.csv \"t\") [z](b.csv)", "<p><a href=\"/page\">x <em>y</em></a> z</p>\n");
	expect("![p](a.png)![q](b.png)", "<p><img src=\"/raw\" alt=\"p\" />q</p>\n");
	expect("[![badge](b.svg)](a)", "<p><a href=\"/page\">badge</a></p>\n");
	expect("[x]\n\n[x]: javascript:alert(1)", "<p>x</p>\n");
	expect("<javascript:alert(1)>", "<p>javascript:alert(1)</p>\n");
}

static void markup_in_the_text_is_left_out(void **state)
{
	(void)state;
	expect("<script>alert(1)</script>\n\na <b onclick=\"x\">c</b> &lt;i>",
	       "<p>a c &lt;i&gt;</p>\n");
	expect("```<img src=x>\na\n```",
	       "<pre><code class=\"language-&lt;img\">a\n</code></pre>\n");
}

static void headings_are_below_those_of_the_page(void **state)
{
	(void)state;
	expect("# a\n###### b", "<h2>a</h2>\n<h6>b</h6>\n");
}

static void what_turns_writing_round_is_written_out(void **state)
{
	(void)state;
	expect("a\xe2\x80\xae"
	       "b `c\xe2\x80\xae`",
	       "<p>a\\u{202E}b <code>c\\u{202E}</code></p>\n");
}

static void tables_are_tables(void **state)
{
	(void)state;
	expect("| a |\n|--:|\n| 1 |\n",
	       "<table>\n<thead>\n<tr>\n<th align=\"right\">a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
	       "<td align=\"right\">1</td>\n</tr>\n</tbody>\n</table>\n");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_address_goes_through_the_caller_or_is_left_out),
	cmocka_unit_test(markup_in_the_text_is_left_out),
	cmocka_unit_test(headings_are_below_those_of_the_page),
	cmocka_unit_test(what_turns_writing_round_is_written_out),
	cmocka_unit_test(tables_are_tables),
};

VV_TEST_SUITE(markdown)
