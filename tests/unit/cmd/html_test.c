/* Tests of cmd/web/pages/html.h: no value becomes markup, and what cannot be seen is shown. */
#include "tests/unit/support.h"

#include <string.h>

#include "cmd/web/pages/html.h"
#include "cmd/web/pages/parts.h"

typedef void (*put_fn)(vv_html *h, vv_html_text t);

static void expect_bytes(put_fn put, const char *s, size_t len, const char *wanted)
{
	vv_html h = VV_HTML_INIT;
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	put(&h, vv_html_bytes(s, len));
	vv_assert_ok(vv_html_take(&h, &out, &err), &err);
	assert_string_equal(vv_buf_cstr(&out), wanted);
	vv_buf_clear(&out);
	vv_html_clear(&h);
}

static void expect(put_fn put, const char *s, const char *wanted)
{
	expect_bytes(put, s, strlen(s), wanted);
}

static void marks_of_html_become_entities(void **state)
{
	const char *wanted = "&lt;img src=x onerror=&#39;alert(1)&#39;&gt; &amp;amp; &quot;&#96;";

	(void)state;
	expect(vv_html_put_text, "<img src=x onerror='alert(1)'> &amp; \"`", wanted);
	expect(vv_html_put_plain, "<img src=x onerror='alert(1)'> &amp; \"`", wanted);
	expect(vv_html_put_exact, "<img src=x onerror='alert(1)'> &amp; \"`", wanted);
}

static void what_cannot_be_seen_is_shown_in_an_element(void **state)
{
	(void)state;
	expect(vv_html_put_text, "a\x1b[2J", "a<b class=\"e\">\\x1B</b>[2J");
	expect_bytes(vv_html_put_text, "a\0b", 3, "a<b class=\"e\">\\x00</b>b");
	expect(vv_html_put_text, "\xff", "<b class=\"e\">\\xFF</b>");
	expect(vv_html_put_text, "x\ny", "x<b class=\"e\">\\n</b><br>y");
	expect(vv_html_put_text, "evil\xe2\x80\xaegpj.exe",
	       "evil<b class=\"e\">\\u{202E}</b>gpj.exe");
	expect(vv_html_put_text, "\xef\xbb\xbfx", "<b class=\"e\">\\u{FEFF}</b>x");
	expect(vv_html_put_text, "a\xc2\xadz", "a<b class=\"e\">\\u{AD}</b>z");
	/* unlike text that only looks like it */
	expect(vv_html_put_text, "a\\x1b", "a\\x1b");
}

static void writing_of_all_kinds_stays(void **state)
{
	(void)state;
	expect(vv_html_put_text,
	       "\xe2\x82\xac Stra\xc3\x9f"
	       "e \xd0\x94\xd0\xb0 \xe4\xb8\xad",
	       "\xe2\x82\xac Stra\xc3\x9f"
	       "e \xd0\x94\xd0\xb0 \xe4\xb8\xad");
	/* joined emoji */
	expect(vv_html_put_plain, "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
	       "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb");
}

static void no_element_stands_in_an_attribute(void **state)
{
	(void)state;
	expect(vv_html_put_plain, "a\x1b\n\xe2\x80\xae\"", "a\\x1B\\n\\u{202E}&quot;");
}

static void what_is_sent_back_is_exact(void **state)
{
	(void)state;
	expect(vv_html_put_exact, "a\tb\r\nc", "a&#9;b&#13;&#10;c");
	expect(vv_html_put_exact, "\xe2\x80\xae", "\xe2\x80\xae");
	expect_bytes(vv_html_put_exact, "\0\xff", 2, "\xef\xbf\xbd\xef\xbf\xbd");
}

static void expect_url(const char *s, const char *wanted)
{
	vv_html h = VV_HTML_INIT;

	vv_html_put_url(&h, s);
	assert_string_equal(vv_buf_cstr(&h.markup), wanted);
	vv_html_clear(&h);
}

static void no_address_is_a_script_or_another_host(void **state)
{
	(void)state;
	expect_url("javascript:alert(1)", "#");
	expect_url(" javascript:alert(1)", "#");
	expect_url("data:text/html,x", "#");
	expect_url("//evil.example/", "#");
	expect_url("/\\evil.example/", "#");
	expect_url("", "#");
	expect_url("/data/a.csv?q=1&n=2", "/data/a.csv?q=1&amp;n=2");
	expect_url("/a\"b\xc3\xa9 c\x1b", "/a&quot;b%C3%A9%20c%1B");
	expect_url("./a.html#x", "./a.html#x");
	expect_url("https://a.example/", "https://a.example/");
}

static void a_part_escapes_each_value_for_its_place(void **state)
{
	vv_html h = VV_HTML_INIT;

	(void)state;
	part_link(&h, .at = "javascript:x", .text = "<\x1b>");
	part_moment(&h, .iso = "", .text = "", .title = "\"\x1b\n");
	assert_string_equal(vv_buf_cstr(&h.markup),
			    "<a href=\"#\">&lt;<b class=\"e\">\\x1B</b>&gt;</a>"
			    "<time datetime=\"\" title=\"&quot;\\x1B\\n\"></time>");
	vv_html_clear(&h);
}

static void what_is_not_given_leaves_no_trace(void **state)
{
	vv_html h = VV_HTML_INIT;

	(void)state;
	part_moment(&h, .iso = "a", .text = "b");
	assert_string_equal(vv_buf_cstr(&h.markup), "<time datetime=\"a\">b</time>");
	vv_html_clear(&h);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(marks_of_html_become_entities),
	cmocka_unit_test(what_cannot_be_seen_is_shown_in_an_element),
	cmocka_unit_test(writing_of_all_kinds_stays),
	cmocka_unit_test(no_element_stands_in_an_attribute),
	cmocka_unit_test(what_is_sent_back_is_exact),
	cmocka_unit_test(no_address_is_a_script_or_another_host),
	cmocka_unit_test(a_part_escapes_each_value_for_its_place),
	cmocka_unit_test(what_is_not_given_leaves_no_trace),
};

VV_TEST_SUITE(html)
