/*
 * Addresses of remote repositories, and the message of each refusal.
 */
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "tests/unit/support.h"
#include "transport/line/url.h"

/* --- what is taken ----------------------------------------------------------------- */

static const struct good {
	const char *text;
	vv_url_kind kind;
	bool tls;
	const char *user, *secret, *host;
	unsigned port;
	const char *path, *shown; /* shown NULL: the text itself */
} goods[] = {
	{"/srv/data", VV_URL_PATH, false, NULL, NULL, NULL, 0, "/srv/data", NULL},
	{"../data", VV_URL_PATH, false, NULL, NULL, NULL, 0, "../data", NULL},
	{".", VV_URL_PATH, false, NULL, NULL, NULL, 0, ".", NULL},
	{"./host:path", VV_URL_PATH, false, NULL, NULL, NULL, 0, "./host:path", NULL},
	{"/srv/a b's", VV_URL_PATH, false, NULL, NULL, NULL, 0, "/srv/a b's", NULL},
	{"data%20x", VV_URL_PATH, false, NULL, NULL, NULL, 0, "data%20x", NULL},
	{"\xff/raw", VV_URL_PATH, false, NULL, NULL, NULL, 0, "\xff/raw", NULL},
	{"file:///srv/data", VV_URL_PATH, false, NULL, NULL, NULL, 0, "/srv/data", NULL},
	{"file:///srv/a%20b", VV_URL_PATH, false, NULL, NULL, NULL, 0, "/srv/a b", NULL},
	{"FILE://localhost/srv", VV_URL_PATH, false, NULL, NULL, NULL, 0, "/srv", NULL},
	{"file:///100%25", VV_URL_PATH, false, NULL, NULL, NULL, 0, "/100%", NULL},
	{"ssh://host/srv", VV_URL_SSH, false, NULL, NULL, "host", 0, "/srv", NULL},
	{"ssh://me@host:2222/srv/x", VV_URL_SSH, false, "me", NULL, "host", 2222, "/srv/x", NULL},
	{"ssh://me%40corp@host/x", VV_URL_SSH, false, "me@corp", NULL, "host", 0, "/x", NULL},
	{"ssh://host/~/data", VV_URL_SSH, false, NULL, NULL, "host", 0, "~/data", NULL},
	{"ssh://host/~ann/data", VV_URL_SSH, false, NULL, NULL, "host", 0, "~ann/data", NULL},
	{"ssh://host/a%20b", VV_URL_SSH, false, NULL, NULL, "host", 0, "/a b", NULL},
	{"ssh://host:/x", VV_URL_SSH, false, NULL, NULL, "host", 0, "/x", NULL},
	{"ssh://[2001:db8::1]:22/x", VV_URL_SSH, false, NULL, NULL, "2001:db8::1", 22, "/x", NULL},
	{"ssh://me@[fe80::1%25eth0]/x", VV_URL_SSH, false, "me", NULL, "fe80::1%eth0", 0, "/x",
	 NULL},
	{"ssh://some_host.example/x", VV_URL_SSH, false, NULL, NULL, "some_host.example", 0, "/x",
	 NULL},
	{"[fe80::1%eth0]:x", VV_URL_SSH, false, NULL, NULL, "fe80::1%eth0", 0, "x", NULL},
	{"sftp://me@host:2222/srv/x", VV_URL_SFTP, false, "me", NULL, "host", 2222, "/srv/x", NULL},
	{"sftp://host/~/copies", VV_URL_SFTP, false, NULL, NULL, "host", 0, "~/copies", NULL},
	{"rclone:nas:sales/x", VV_URL_RCLONE, false, NULL, NULL, NULL, 0, "nas:sales/x", NULL},
	{"rclone::local:/srv", VV_URL_RCLONE, false, NULL, NULL, NULL, 0, ":local:/srv", NULL},
	{"s3://bucket", VV_URL_S3, true, NULL, NULL, "bucket", 0, "", NULL},
	{"s3://my.bucket/a/b/?region=x", VV_URL_S3, true, NULL, NULL, "my.bucket", 0, "/a/b", NULL},
	{"host:data", VV_URL_SSH, false, NULL, NULL, "host", 0, "data", NULL},
	{"host:a@b", VV_URL_SSH, false, NULL, NULL, "host", 0, "a@b", NULL},
	{"host:a@b/c:d", VV_URL_SSH, false, NULL, NULL, "host", 0, "a@b/c:d", NULL},
	{"host:a/b@c:d", VV_URL_SSH, false, NULL, NULL, "host", 0, "a/b@c:d", NULL},
	{"me@host:data/x", VV_URL_SSH, false, "me", NULL, "host", 0, "data/x", NULL},
	{"me@host:/data", VV_URL_SSH, false, "me", NULL, "host", 0, "/data", NULL},
	{"me@host:~/data", VV_URL_SSH, false, "me", NULL, "host", 0, "~/data", NULL},
	{"[::1]:data", VV_URL_SSH, false, NULL, NULL, "::1", 0, "data", NULL},
	{"me@[::1]:data", VV_URL_SSH, false, "me", NULL, "::1", 0, "data", NULL},
	{"[host:2222]:data", VV_URL_SSH, false, NULL, NULL, "host", 2222, "data", NULL},
	{"CORP\\me@host:data", VV_URL_SSH, false, "CORP\\me", NULL, "host", 0, "data", NULL},
	{"http://host/", VV_URL_HTTP, false, NULL, NULL, "host", 0, "", NULL},
	{"http://host", VV_URL_HTTP, false, NULL, NULL, "host", 0, "", NULL},
	{"https://host:8443/a/b/", VV_URL_HTTP, true, NULL, NULL, "host", 8443, "/a/b", NULL},
	{"HTTPS://host/a%20b", VV_URL_HTTP, true, NULL, NULL, "host", 0, "/a%20b", NULL},
	{"https://me@host/a", VV_URL_HTTP, true, "me", NULL, "host", 0, "/a", NULL},
	{"https://me:p%40ss@host/a", VV_URL_HTTP, true, "me", "p@ss", "host", 0, "/a",
	 "https://me@host/a"},
	{"https://me:a:b@host:1/a", VV_URL_HTTP, true, "me", "a:b", "host", 1, "/a",
	 "https://me@host:1/a"},
	{"http://[::1]:8080/a", VV_URL_HTTP, false, NULL, NULL, "::1", 8080, "/a", NULL},
	{"http://host/..a/b..", VV_URL_HTTP, false, NULL, NULL, "host", 0, "/..a/b..", NULL},
	{"ipfs+https://gateway.example/", VV_URL_IPFS, true, NULL, NULL, "gateway.example", 0, "",
	 NULL},
	{"ipfs+http://127.0.0.1:8080", VV_URL_IPFS, false, NULL, NULL, "127.0.0.1", 8080, "", NULL},
};

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void urls_are_taken_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
		const struct good *g = &goods[i];
		vv_error err;
		vv_url u;

		vv_assert_ok(vv_url_read(&u, g->text, &err), &err);
		if (u.kind != g->kind || u.tls != g->tls || u.port != g->port ||
		    !same_text(u.user, g->user) || !same_text(u.secret, g->secret) ||
		    !same_text(u.host, g->host) || !same_text(u.path, g->path) ||
		    !same_text(u.text, g->shown ? g->shown : g->text)) {
			fail_msg("%s: kind %d, user %s, host %s, port %u, path %s, shown %s",
				 g->text, (int)u.kind, u.user ? u.user : "-", u.host ? u.host : "-",
				 u.port, u.path, u.text);
		}
		vv_url_clear(&u);
	}
}

/* --- what is refused ------------------------------------------------------------------ */

static const struct bad {
	const char *text, *says;
} bads[] = {
	{"", "the URL is empty"},
	/* options in disguise: CVE-2017-1000117, CVE-2018-17456 */
	{"-u", "the path '-u' begins with '-'"},
	{"--upload-pack=touch x", "begins with '-'"},
	{"-oProxyCommand=touch x", "begins with '-'"},
	{"ssh://-oProxyCommand=touch%20x/y", "the host in the URL"},
	{"ssh://-oProxyCommand/y", "begins with '-'"},
	{"ssh://me@-oProxyCommand/y", "the host in the URL 'ssh://me@-oProxyCommand/y' begins"},
	{"ssh://-l@host/y", "the user in the URL 'ssh://-l@host/y' begins with '-'"},
	{"ssh://%2doProxyCommand=x@host/y", "begins with '-'"},
	{"-oProxyCommand=x:y", "the host in the URL '-oProxyCommand=x:y' begins with '-'"},
	{"-l@host:y", "the user in the URL '-l@host:y' begins with '-'"},
	{"me@-x:y", "the host in the URL 'me@-x:y' begins with '-'"},
	{"host:-x", "the path in the URL 'host:-x' begins with '-'"},
	{"[-oProxyCommand=x:1]:y", "the host in the URL"},
	{"https://-x/y", "the host in the URL 'https://-x/y' begins with '-'"},
	{"https://-me@host/y", "the user in the URL 'https://-me@host/y' begins with '-'"},
	/* shells: libgit2 CVE-2026-5917 */
	{"sftp://-oProxyCommand=touch%20x/y", "begins with '-'"},
	{"s3://KEY:SECRET@bucket/y", "an s3 URL cannot contain keys"},
	{"s3://bucket:9000/y", "has a port after a bucket"},
	{"s3:///y", "' has no host"},
	{"sftp://me:secret@host/y", "an ssh or sftp URL cannot contain a password"},
	{"ssh://host/a'b", "the path in the URL 'ssh://host/a'b' has a '"},
	{"ssh://host/a%27b", "has a ', which a shell could misread"},
	{"ssh://host/a\"b", "has a \", which a shell could misread"},
	{"ssh://host/$(touch x)", "has a $, which a shell could misread"},
	{"ssh://host/a`x`", "has a `, which a shell could misread"},
	{"ssh://host/a;x", "has a ;, which a shell could misread"},
	{"ssh://host/a|x", "has a |"},
	{"ssh://host/a&x", "has a &"},
	{"ssh://host/a>x", "has a >"},
	{"ssh://host/a%5cx", "has a \\"},
	{"host:a;x", "the path in the URL 'host:a;x' has a ;"},
	{"host:~a b/x", "' has no valid user name after its '~'"},
	{"ssh://host/~$x/y", "has a $"},
	{"ssh://me$x@host/y", "the user in the URL 'ssh://me$x@host/y' has a '$'"},
	{"ssh://m%20e@host/y", "the user in the URL 'ssh://m%20e@host/y' has a ' '"},
	{"ssh://ho$st/y", "the host in the URL 'ssh://ho$st/y' has a '$'"},
	{"ssh://ho%20st/y", "the host in the URL 'ssh://ho%20st/y' has a '%'"},
	{"ho st:y", "the host in the URL 'ho st:y' has a ' '"},
	/* helpers and other schemes */
	{"ext::sh -c touch% x", "' would run a helper program, which varve does not support"},
	{"fd::17", "would run a helper program"},
	{"ftp://host/x", "varve does not support 'ftp://'"},
	{"ftp://host/x", "varve does not support 'ftp://'"},
	{"javascript://host/x", "varve does not support 'javascript://'"},
	{"https:/host/x", "the URL 'https:/host/x' lacks slashes"},
	{"ssh:host/x", "the URL 'ssh:host/x' lacks slashes"},
	{"file:/srv", "the URL 'file:/srv' lacks slashes"},
	/* control characters, which end lines of protocols: CVE-2020-5260, CVE-2025-48385 */
	{"https://host/a\nb", "has a control character"},
	{"https://host/a%0ab", "has a control character, percent-encoded"},
	{"https://host/a%0Db", "has a control character, percent-encoded"},
	{"https://host/a%00b", "has a control character, percent-encoded"},
	{"https://me%0a@host/x", "has a control character, percent-encoded"},
	{"https://me:%0d@host/x", "has a control character, percent-encoded"},
	{"ssh://host%0a/x", "has a control character, percent-encoded"},
	{"file:///srv/%1b[31m", "has a control character, percent-encoded"},
	{"file:///srv/%7f", "has a control character, percent-encoded"},
	{"host:a\rb", "has a control character"},
	{"/srv/a\tb", "has a control character"},
	{"/srv/a\x1b[2Jb", "the URL '/srv/a\\x1B[2Jb' has a control character"},
	{"https://host/a%zz", "has a '%' without two hex digits after it"},
	{"https://host/a%4", "has a '%' without two hex digits after it"},
	/* hosts and ports */
	{"ssh:///x", "the URL 'ssh:///x' has no host"},
	{"https:///x", "' has no host"},
	{"https://me@/x", "' has no host"},
	{"@host:x", "the URL '@host:x' has an empty user"},
	{"ssh://@host/x", "has an empty user"},
	{":x", "' has no host"},
	{"ssh://host:0/x", "has '0' where a port (1 to 65535) belongs"},
	{"ssh://host:65536/x", "has '65536' where a port"},
	{"ssh://host:22a/x", "has '22a' where a port"},
	{"ssh://host:-1/x", "has '-1' where a port"},
	{"https://host:99999999999999999999/x", "where a port (1 to 65535) belongs"},
	{"ssh://[::1/x", "the URL 'ssh://[::1/x' has '[' without ']'"},
	{"ssh://[host]/x", "is not [IPv6 address] or [IPv6 address]:port"},
	{"ssh://[::1]x/y", "is not [IPv6 address] or [IPv6 address]:port"},
	{"ssh://[::1$x]/y", "is not [IPv6 address] or [IPv6 address]:port"},
	{"ssh://h\xc3\xb6st/x", "' has non-ASCII letters"},
	/* paths */
	{"ssh://host", "the URL 'ssh://host' has no path"},
	{"host:", "the URL 'host:' has no path"},
	{"file://", "the URL 'file://' has no path"},
	{"file://host/x", "the URL 'file://host/x' has a host"},
	{"file://../x", "' has a host"},
	{"ssh://host/%ff", "is not UTF-8"},
	{"https://host/a/../b", "has '.' or '..' as a part of its path"},
	{"https://host/%2e%2E/b", "has '.' or '..' as a part of its path"},
	{"https://host/a/.", "has '.' or '..' as a part of its path"},
	{"https://host/a?b", "has a '?', which is not allowed"},
	{"https://host?b", "has a '?'"},
	{"https://host/a#b", "has a '#'"},
	{"https://host/a b", "has a ' ' in its path"},
	{"https://host/a\\b", "has a '\\\\' in its path"},
	{"https://host/\xc3\xb6", "in its path"},
	{"https://ho st/a", "the host in the URL 'https://ho st/a' has a ' '"},
	/* secrets */
	{"ssh://me:secret@host/x", "an ssh or sftp URL cannot contain a password"},
	{"me:x@[::1]:y", "an ssh or sftp URL cannot contain a password"},
	{"me:hunter2@host:y", "an ssh or sftp URL cannot contain a password"},
};

static void each_refusal_says_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		vv_error err;
		vv_url u;
		vv_status rc = vv_url_read(&u, bads[i].text, &err);

		if (rc != VV_EUSAGE || !strstr(err.message, bads[i].says)) {
			fail_msg("%s: status %d, %s", bads[i].text, (int)rc,
				 rc < 0 ? err.message : "taken");
		}
		assert_null(u.text);
		assert_null(u.host);
		assert_null(u.path);
		for (const char *p = err.message; *p; p++) {
			assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
		}
	}
}

static void no_message_has_the_password(void **state)
{
	static const char *const texts[] = {
		"https://me:hunter2@ho st/x",  "https://me:hunter2@host/a b",
		"https://me:hunter2@host:x/y", "https://me:hunter2@host/%zz",
		"ssh://me:hunter2@host/x",     "gopher://me:hunter2@host/x",
		"https://me:hunter2@/x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		vv_error err;
		vv_url u;

		vv_assert_status(vv_url_read(&u, texts[i], &err), VV_EUSAGE, &err);
		if (strstr(err.message, "hunter2") || strstr(err.hint, "hunter2")) {
			fail_msg("%s (%s)", err.message, err.hint);
		}
	}
}

static void only_the_url_of_a_file_has_a_query(void **state)
{
	static const char *const refused[] = {"s3://bucket/a",      "/a/b",
					      "https://host/a?b c", "https://host/a?b#c",
					      "https://host/a#b",   "https://host/a?\x01"};
	vv_error err;
	vv_url u;

	(void)state;
	vv_assert_ok(vv_url_read_file(&u, "https://host:8/a.csv?x=1&sig=hunter2", &err), &err);
	assert_string_equal(u.text, "https://host:8/a.csv");
	assert_string_equal(u.path, "/a.csv");
	assert_string_equal(u.query, "x=1&sig=hunter2");
	vv_url_clear(&u);
	vv_assert_ok(vv_url_read_file(&u, "http://host/a.csv", &err), &err);
	assert_null(u.query);
	vv_url_clear(&u);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		vv_assert_status(vv_url_read_file(&u, refused[i], &err), VV_EUSAGE, &err);
		assert_null(u.text);
	}
}

static void an_unknown_scheme_is_refused_with_the_names_of_all_others(void **state)
{
#define NAME(name, form, kind, tls, port, may) name,
	static const char *const names[] = {VV_URL_SCHEMES(NAME)};
#undef NAME
	vv_error err;
	vv_url u;

	(void)state;
	vv_assert_status(vv_url_read(&u, "gopher://host/x", &err), VV_EUSAGE, &err);
	assert_string_equal(err.message, "varve does not support 'gopher://'");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		vv_assert_contains(err.hint, names[i]);
	}
	vv_assert_contains(err.hint, "repositories can be at file, ssh, http, ");
	vv_assert_contains(err.hint, " and git; blocks also at sftp, s3 and rclone");
}

static void the_forms_of_a_use_are_listed_for_messages(void **state)
{
	vv_auto(vv_buf) forms = VV_BUF_INIT;

	(void)state;
	vv_url_put_forms(&forms, VV_URL_COMMITS);
	assert_string_equal(
		vv_buf_cstr(&forms),
		"a folder, http://host/folder, https://host/folder, sftp://host/folder or "
		"s3://bucket/prefix");
}

static void endless_urls_are_refused(void **state)
{
	char text[5000], host[400];
	vv_error err;
	vv_url u;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	vv_assert_status(vv_url_read(&u, text, &err), VV_EUSAGE, &err);
	assert_string_equal(err.message, "the URL is longer than 4096 characters");
	(void)snprintf(host, sizeof(host), "ssh://%.256s/x", text);
	vv_assert_status(vv_url_read(&u, host, &err), VV_EUSAGE, &err);
	vv_assert_contains(err.message, "is longer than 255 characters");
}

static void a_path_that_looks_like_an_option_has_a_way_out(void **state)
{
	vv_error err;
	vv_url u;

	(void)state;
	vv_assert_status(vv_url_read(&u, "-data", &err), VV_EUSAGE, &err);
	assert_string_equal(err.hint, "write a folder of this machine as ./-data");
}

static vv_status read_one(void *payload, vv_error *err)
{
	vv_url u;
	vv_status rc = vv_url_read(&u, payload, err);

	vv_url_clear(&u);
	return rc;
}

static void every_allocation_may_fail(void **state)
{
	static char texts[][40] = {"https://me:secret@host:1/a",
				   "me@host:~/x",
				   "[::1]:x",
				   "file:///a%20b",
				   "ssh://a@host/x",
				   "/srv/x"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		vv_fault_each(VV_FAULT_ALLOC, 0, read_one, NULL, texts[i]);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(urls_are_taken_apart),
	cmocka_unit_test(each_refusal_says_what_is_wrong),
	cmocka_unit_test(no_message_has_the_password),
	cmocka_unit_test(an_unknown_scheme_is_refused_with_the_names_of_all_others),
	cmocka_unit_test(the_forms_of_a_use_are_listed_for_messages),
	cmocka_unit_test(endless_urls_are_refused),
	cmocka_unit_test(only_the_url_of_a_file_has_a_query),
	cmocka_unit_test(a_path_that_looks_like_an_option_has_a_way_out),
	cmocka_unit_test(every_allocation_may_fail),
};

VV_TEST_SUITE(url)
