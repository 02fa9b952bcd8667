/*
 * Lines of known_hosts. The hashed ones, keys and fingerprints were made with OpenSSH's
 * ssh-keygen.
 */
#include <string.h>

#include "base/codec.h"
#include "base/sys.h"
#include "tests/unit/support.h"
#include "transport/line/known_hosts.h"

#include "tests/unit/transport/known_hosts_keys.h"

typedef struct key {
	vv_buf blob;
} key;

static key key_of(const char *text)
{
	key k = {VV_BUF_INIT};

	assert_true(vv_base64_read(&k.blob, text, strlen(text)));
	return k;
}

/* The verdict of the text on the host's key. */
static vv_known ask(const char *host, unsigned port, const char *text, const char *shown,
		    unsigned *line)
{
	vv_known_hosts *k = vv_known_hosts_new(host, port);
	key blob = key_of(shown);
	const char *file;
	vv_error err;
	vv_known answer;

	assert_non_null(k);
	vv_assert_ok(vv_known_hosts_text(k, text, strlen(text), "the file", &err), &err);
	answer = vv_known_hosts_check(k, blob.blob.data, blob.blob.len, &file, line);
	assert_true(answer == VV_KNOWN_NOT ? !file : strcmp(file, "the file") == 0);
	vv_buf_clear(&blob.blob);
	vv_known_hosts_free(k);
	return answer;
}

#define ED "ssh-ed25519 " ED25519_KEY "\n"
#define EC "ecdsa-sha2-nistp256 " ECDSA_KEY "\n"

static void lists_of_names_are_read_as_ssh_reads_them(void **state)
{
	static const struct {
		const char *host;
		unsigned port;
		const char *names;
		vv_known answer;
	} cases[] = {
		{"host", 22, "host", VV_KNOWN_YES},
		{"HOST", 22, "host", VV_KNOWN_YES},
		{"host", 22, "Host", VV_KNOWN_YES},
		{"host", 22, "other", VV_KNOWN_NOT},
		{"host", 22, "hos", VV_KNOWN_NOT},
		{"host", 22, "hosts", VV_KNOWN_NOT},
		{"host", 22, "a,host,b", VV_KNOWN_YES},
		{"host", 22, "a,,host", VV_KNOWN_YES},
		{"host", 22, "h*", VV_KNOWN_YES},
		{"host", 22, "?ost", VV_KNOWN_YES},
		{"host", 22, "*", VV_KNOWN_YES},
		{"host", 22, "*,!host", VV_KNOWN_NOT},
		{"host", 22, "!host,*", VV_KNOWN_NOT},
		{"host", 22, "*,!other", VV_KNOWN_YES},
		{"host", 22, "!", VV_KNOWN_NOT},
		{"a.example.org", 22, "*.example.org", VV_KNOWN_YES},
		{"a.b.example.org", 22, "a*b*.org", VV_KNOWN_YES},
		{"example.org", 22, "*.example.org", VV_KNOWN_NOT},
		{"host", 2222, "[host]:2222", VV_KNOWN_YES},
		{"host", 2222, "[host]:2223", VV_KNOWN_NOT},
		{"host", 22, "[host]:22", VV_KNOWN_NOT},
		{"host", 2222, "host", VV_KNOWN_YES},
		{"::1", 22, "::1", VV_KNOWN_YES},
		{"::1", 2222, "[::1]:2222", VV_KNOWN_YES},
		{"host", 22, HASHED_HOST, VV_KNOWN_YES},
		{"hosts", 22, HASHED_HOST, VV_KNOWN_NOT},
		{"host", 2222, HASHED_HOST_2222, VV_KNOWN_YES},
		{"host", 22, HASHED_HOST_2222, VV_KNOWN_NOT},
		{"host", 22, "|1|AAAA|BBBB", VV_KNOWN_NOT},
		{"host", 22, "|1|", VV_KNOWN_NOT},
		{"host", 22, "|2|AAAA|BBBB", VV_KNOWN_NOT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_buf text = VV_BUF_INIT;
		unsigned line;
		vv_known answer;

		vv_buf_printf(&text, "%s %s", cases[i].names, ED);
		answer = ask(cases[i].host, cases[i].port, text.data, ED25519_KEY, &line);
		if (answer != cases[i].answer) {
			fail_msg("'%s' for %s:%u: %d", cases[i].names, cases[i].host, cases[i].port,
				 (int)answer);
		}
		vv_buf_clear(&text);
	}
}

static void another_key_is_not_the_known_one(void **state)
{
	unsigned line;

	(void)state;
	assert_int_equal(ask("host", 22, "# a\n\nhost " ED, OTHER_ED25519_KEY, &line),
			 VV_KNOWN_OTHER);
	assert_int_equal(line, 3);
	assert_int_equal(ask("host", 22, "host " ED, ECDSA_KEY, &line), VV_KNOWN_OTHER);
	assert_int_equal(ask("host", 22, "host " ED "host " EC, ECDSA_KEY, &line), VV_KNOWN_YES);
	assert_int_equal(line, 2);
}

/* As in OpenSSH: a line without the port can accept the key of a host that has no line with its port, and
 * never refuses one. */
static void a_line_without_the_port_only_helps(void **state)
{
	unsigned line;

	(void)state;
	assert_int_equal(ask("host", 2222, "host " ED, OTHER_ED25519_KEY, &line), VV_KNOWN_NOT);
	assert_int_equal(ask("host", 2222, "host " ED "[host]:2222 " EC, ED25519_KEY, &line),
			 VV_KNOWN_OTHER);
}

static void a_revoked_key_is_never_taken(void **state)
{
	unsigned line;

	(void)state;
	assert_int_equal(ask("host", 22, "host " ED "@revoked * " ED, ED25519_KEY, &line),
			 VV_KNOWN_REVOKED);
	assert_int_equal(line, 2);
	assert_int_equal(ask("host", 22, "@revoked host " ED "host " ED, ED25519_KEY, &line),
			 VV_KNOWN_REVOKED);
	assert_int_equal(ask("host", 22, "@revoked host " ED, OTHER_ED25519_KEY, &line),
			 VV_KNOWN_NOT);
	assert_int_equal(ask("@revoked", 22, "@revoked host " ED, ED25519_KEY, &line),
			 VV_KNOWN_NOT);
}

static void lines_that_cannot_be_read_are_skipped(void **state)
{
	static const char *const lines[] = {
		"host\n",
		"host ssh-ed25519\n",
		"host ssh-ed25519 !!!!\n",
		"host ssh-ed25519 AAAA\n",
		"host ssh-rsa " ED25519_KEY "\n", /* the type of the key is not the declared one */
		"@unknown host " ED,
		"@revoked\n",
		"#host " ED,
		"host 1024 35 1234567\n", /* version 1 */
		"\x80\xff\x01\n",
		" \t \n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		vv_buf text = VV_BUF_INIT;
		unsigned line;

		assert_int_equal(ask("host", 22, lines[i], ED25519_KEY, &line), VV_KNOWN_NOT);
		vv_buf_printf(&text, "%shost %s", lines[i], ED);
		assert_int_equal(ask("host", 22, text.data, ED25519_KEY, &line), VV_KNOWN_YES);
		assert_int_equal(line, 2);
		vv_buf_clear(&text);
	}
}

static void spaces_tabs_and_line_ends_are_of_any_kind(void **state)
{
	unsigned line;

	(void)state;
	assert_int_equal(ask("host", 22, "  host\t \tssh-ed25519\t" ED25519_KEY " a comment\r\n",
			     ED25519_KEY, &line),
			 VV_KNOWN_YES);
	assert_int_equal(
		ask("host", 22, "host ssh-ed25519 " ED25519_KEY "\r\n", ED25519_KEY, &line),
		VV_KNOWN_YES);
	assert_int_equal(ask("host", 22, "host ssh-ed25519 " ED25519_KEY, ED25519_KEY, &line),
			 VV_KNOWN_YES);
}

static void known_types_are_told(void **state)
{
	static const char text[] = "host " ED "@cert-authority *.org " EC "other " EC;
	vv_known_hosts *k = vv_known_hosts_new("host", 22);
	vv_error err;

	(void)state;
	assert_false(vv_known_hosts_has(k, NULL));
	vv_assert_ok(vv_known_hosts_text(k, text, sizeof(text) - 1, "f", &err), &err);
	assert_true(vv_known_hosts_has(k, "ssh-ed25519"));
	assert_true(vv_known_hosts_has(k, NULL));
	assert_false(vv_known_hosts_has(k, "ecdsa-sha2-nistp256"));
	assert_false(vv_known_hosts_has(k, "ssh-ed2551"));
	assert_false(vv_known_hosts_has_authority(k));
	vv_known_hosts_free(k);
	k = vv_known_hosts_new("a.org", 22);
	vv_assert_ok(vv_known_hosts_text(k, text, sizeof(text) - 1, "f", &err), &err);
	assert_true(vv_known_hosts_has_authority(k));
	assert_false(vv_known_hosts_has(k, NULL));
	vv_known_hosts_free(k);
}

static void a_line_that_is_written_is_understood(void **state)
{
	vv_known_hosts *k = vv_known_hosts_new("Host", 2222);
	key blob = key_of(ED25519_KEY);
	vv_buf text = VV_BUF_INIT;
	unsigned line;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_known_hosts_line(&text, k, blob.blob.data, blob.blob.len, &err), &err);
	assert_string_equal(text.data, "[host]:2222 " ED);
	assert_int_equal(ask("host", 2222, text.data, ED25519_KEY, &line), VV_KNOWN_YES);
	assert_string_equal(vv_known_hosts_name(k), "[host]:2222");
	vv_assert_status(vv_known_hosts_line(&text, k, "abc", 3, &err), VV_EINPUT, &err);
	vv_buf_clear(&text);
	vv_buf_clear(&blob.blob);
	vv_known_hosts_free(k);
}

static void fingerprints_are_those_of_ssh(void **state)
{
	key blob = key_of(ED25519_KEY);
	vv_buf text = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_host_key_fingerprint(&text, blob.blob.data, blob.blob.len, &err), &err);
	assert_string_equal(text.data, ED25519_PRINT);
	vv_buf_clear(&text);
	vv_buf_clear(&blob.blob);
}

static void a_missing_file_is_empty_and_a_folder_is_an_error(void **state)
{
	vv_known_hosts *k = vv_known_hosts_new("host", 22);
	vv_error err;

	(void)state;
	vv_assert_ok(vv_known_hosts_file(k, vv_test_path("none"), &err), &err);
	vv_assert_status(vv_known_hosts_file(k, vv_test_dir(), &err), VV_EIO, &err);
	vv_test_write_text(vv_test_path("known"), "host " ED);
	vv_assert_ok(vv_known_hosts_file(k, vv_test_path("known"), &err), &err);
	assert_true(vv_known_hosts_has(k, "ssh-ed25519"));
	vv_known_hosts_free(k);
}

/* A pattern for which naive matching has exponential time. */
static void hostile_patterns_take_no_time(void **state)
{
	vv_buf text = VV_BUF_INIT, host = VV_BUF_INIT;
	unsigned line;

	(void)state;
	for (int i = 0; i < 200; i++) {
		vv_buf_puts(&text, "*a");
		vv_buf_putc(&host, 'a');
	}
	vv_buf_puts(&text, "b " ED);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(ask(host.data, 22, text.data, ED25519_KEY, &line), VV_KNOWN_NOT);
	}
	vv_buf_clear(&text);
	vv_buf_clear(&host);
}

static void endless_answers_are_refused(void **state)
{
	vv_known_hosts *k = vv_known_hosts_new("host", 22);
	vv_buf text = VV_BUF_INIT;
	vv_error err;

	(void)state;
	for (int i = 0; i < 1025; i++) {
		vv_buf_puts(&text, "* " ED);
	}
	vv_assert_status(vv_known_hosts_text(k, text.data, text.len, "f", &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "over 1024 lines of 'f' are for the host 'host'");
	vv_buf_clear(&text);
	vv_known_hosts_free(k);
}

static vv_status read_all(void *payload, vv_error *err)
{
	static const char text[] = "host " ED HASHED_HOST " " EC;
	vv_known_hosts *k = vv_known_hosts_new("host", 22);
	vv_status rc = k ? vv_known_hosts_text(k, text, sizeof(text) - 1, "f", err)
			 : vv_fail_nomem(err);

	(void)payload;
	vv_known_hosts_free(k);
	return rc;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, 0, read_all, NULL, NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(lists_of_names_are_read_as_ssh_reads_them),
	cmocka_unit_test(another_key_is_not_the_known_one),
	cmocka_unit_test(a_line_without_the_port_only_helps),
	cmocka_unit_test(a_revoked_key_is_never_taken),
	cmocka_unit_test(lines_that_cannot_be_read_are_skipped),
	cmocka_unit_test(spaces_tabs_and_line_ends_are_of_any_kind),
	cmocka_unit_test(known_types_are_told),
	cmocka_unit_test(a_line_that_is_written_is_understood),
	cmocka_unit_test(fingerprints_are_those_of_ssh),
	cmocka_unit_test(a_missing_file_is_empty_and_a_folder_is_an_error),
	cmocka_unit_test(hostile_patterns_take_no_time),
	cmocka_unit_test(endless_answers_are_refused),
	cmocka_unit_test(every_allocation_may_fail),
};

VV_TEST_SUITE(known_hosts)
