/*
 * What is taken from OpenSSH's configuration, with a script that answers as `ssh -G` does, and
 * from the files of keys.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/unit/support.h"
#include "transport/line/ssh_config.h"

/* At the beginning of PATH a program `ssh` that prints `with`, but `plain` if it must not read files. */
static void fake_ssh(const char *with, const char *plain)
{
	vv_buf text = VV_BUF_INIT;

	vv_test_write_text(vv_test_path("with"), with);
	vv_test_write_text(vv_test_path("plain"), plain);
	vv_buf_printf(&text,
		      "#!/bin/sh\necho \"$*\" >> '%s'\n"
		      "case $* in *'-F none'*) exec cat '%s';; *) exec cat '%s';; esac\n",
		      vv_test_path("calls"), vv_test_path("plain"), vv_test_path("with"));
	vv_test_write_text(vv_test_path("bin/ssh"), text.data);
	assert_int_equal(chmod(vv_test_path("bin/ssh"), 0755), 0);
	vv_buf_reset(&text);
	vv_buf_printf(&text, "%s:/usr/bin:/bin", vv_test_path("bin"));
	(void)setenv("PATH", text.data, 1);
	(void)setenv("HOME", vv_test_dir(), 1);
	vv_buf_clear(&text);
}

static vv_ssh_config config_of(const char *text, bool program)
{
	vv_ssh_config c;
	vv_error err;
	vv_url url;

	vv_assert_ok(vv_url_read(&url, text, &err), &err);
	vv_assert_ok(vv_ssh_config_read(&c, &url, vv_test_env(), program, &err), &err);
	vv_url_clear(&url);
	return c;
}

static void without_a_program_the_url_and_the_usual_files_count(void **state)
{
	vv_ssh_config c;

	(void)state;
	fake_ssh("", "");
	vv_test_write_text(vv_test_path(".ssh/id_ecdsa"), "x");
	vv_test_write_text(vv_test_path(".ssh/id_ed25519"), "x");
	c = config_of("ssh://me@host:2222/x", false);
	assert_string_equal(c.host, "host");
	assert_string_equal(c.user, "me");
	assert_int_equal(c.port, 2222);
	assert_int_equal(c.file_count, 2);
	assert_string_equal(c.files[0], vv_test_path(".ssh/id_ed25519"));
	assert_string_equal(c.known_hosts[0], vv_test_path(".ssh/known_hosts"));
	assert_string_equal(c.known_hosts[2], "/etc/ssh/ssh_known_hosts");
	assert_null(c.special);
	vv_ssh_config_clear(&c);
	c = config_of("host:x", false);
	assert_int_equal(c.port, 22);
	assert_true(c.user[0] != '\0');
	vv_ssh_config_clear(&c);
}

static void what_the_configuration_says_is_taken(void **state)
{
	vv_ssh_config c;

	(void)state;
	fake_ssh("user ann\nhostname real.example\nport 2200\nidentityfile ~/keys/a\n"
		 "identityfile %d/keys/b\nidentityfile ~/keys/none\n"
		 "userknownhostsfile ~/known ~/more\nglobalknownhostsfile /etc/a /etc/b\n"
		 "sendenv LANG\nserveraliveinterval 10\nbatchmode no\n",
		 "user me\nhostname data\nport 22\nidentityfile ~/.ssh/id_rsa\n"
		 "userknownhostsfile /x/.ssh/known_hosts\nglobalknownhostsfile /etc/a /etc/b\n"
		 "serveraliveinterval 0\nbatchmode no\n");
	vv_test_write_text(vv_test_path("keys/a"), "x");
	vv_test_write_text(vv_test_path("keys/b"), "x");
	c = config_of("ssh://ann@data:2200/x", true);
	assert_string_equal(c.host, "real.example");
	assert_string_equal(c.user, "ann");
	assert_int_equal(c.port, 2200);
	assert_int_equal(c.file_count, 2);
	assert_string_equal(c.files[0], vv_test_path("keys/a"));
	assert_string_equal(c.files[1], vv_test_path("keys/b"));
	assert_string_equal(c.known_hosts[0], vv_test_path("known"));
	assert_string_equal(c.known_hosts[1], vv_test_path("more"));
	assert_string_equal(c.known_hosts[2], "/etc/a");
	assert_null(c.special);
	assert_string_equal(vv_test_read(vv_test_path("calls"), NULL),
			    "-G -p 2200 -- ann@data\n-G -F none -p 2200 -- ann@data\n");
	vv_ssh_config_clear(&c);
}

static void what_only_ssh_obeys_is_named(void **state)
{
	static const char *const specials[] = {"proxyjump gate",      "proxycommand nc %h %p",
					       "hostkeyalias x",      "identitiesonly yes",
					       "ciphers aes128-ctr",  "stricthostkeychecking false",
					       "certificatefile ~/c", "identityagent /x"};

	(void)state;
	for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++) {
		vv_buf text = VV_BUF_INIT;
		vv_ssh_config c;

		vv_buf_printf(&text, "user me\n%s\n", specials[i]);
		fake_ssh(text.data, "user me\nciphers a,b\n");
		c = config_of("host:x", true);
		assert_non_null(c.special);
		assert_int_equal(strncmp(specials[i], c.special, strlen(c.special)), 0);
		vv_ssh_config_clear(&c);
		vv_buf_clear(&text);
	}
	fake_ssh("user me\n", "user me\nproxyjump none\n"); /* and what is missing */
	{
		vv_ssh_config c = config_of("host:x", true);

		assert_string_equal(c.special, "proxyjump");
		vv_ssh_config_clear(&c);
	}
}

static void a_configuration_that_ssh_refuses_is_left_to_ssh(void **state)
{
	vv_ssh_config c;

	(void)state;
	fake_ssh("", "");
	vv_test_write_text(vv_test_path("bin/ssh"), "#!/bin/sh\necho bad >&2; exit 255\n");
	assert_int_equal(chmod(vv_test_path("bin/ssh"), 0755), 0);
	c = config_of("host:x", true);
	assert_string_equal(c.special, "a damaged configuration");
	vv_ssh_config_clear(&c);
}

static vv_status read_once(void *payload, vv_error *err)
{
	vv_auto(vv_ssh_config) c = {0};
	vv_url url;
	vv_status rc;

	if ((rc = vv_url_read(&url, "me@host:x", err)) == VV_OK) {
		rc = vv_ssh_config_read(&c, &url, vv_test_env(), payload != NULL, err);
	}
	vv_url_clear(&url);
	return rc;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	fake_ssh("user me\nidentityfile ~/keys/a\nproxyjump x\nuserknownhostsfile ~/a ~/b\n",
		 "user you\n");
	vv_test_write_text(vv_test_path("keys/a"), "x");
	vv_fault_each(VV_FAULT_ALLOC, 0, read_once, NULL, "with a program");
	vv_fault_each(VV_FAULT_ALLOC, 0, read_once, NULL, NULL);
}

/* --- keys ------------------------------------------------------------------------------ */

static void make_key(const char *options, const char *name)
{
	vv_buf command = VV_BUF_INIT;

	(void)unlink(vv_test_path("%s", name));
	vv_buf_printf(&command, "ssh-keygen -q -f '%s' %s", vv_test_path("%s", name), options);
	assert_int_equal(system(command.data), 0);
	vv_buf_clear(&command);
}

static void files_of_keys_tell_what_they_hold(void **state)
{
	static const struct {
		const char *options, *type;
		bool encrypted;
	} cases[] = {
		{"-t ed25519 -N ''", "ssh-ed25519", false},
		{"-t ed25519 -N 'a phrase'", "ssh-ed25519", true},
		{"-t ecdsa -b 384 -N ''", "ecdsa-sha2-nistp384", false},
		{"-t rsa -b 1024 -N ''", "ssh-rsa", false},
		{"-t rsa -b 1024 -N '' -m PEM", "ssh-rsa", false},
		{"-t rsa -b 1024 -N 'a phrase' -m PEM", "ssh-rsa", true},
		{"-t ecdsa -N '' -m PEM", "", false},
		{"-t ecdsa -N 'a phrase' -m PKCS8", "", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_ssh_key key;

		make_key(cases[i].options, "key");
		assert_true(vv_ssh_key_look(&key, vv_test_path("key")));
		assert_string_equal(key.type, cases[i].type);
		assert_int_equal(key.encrypted, cases[i].encrypted);
	}
}

static void what_is_no_key_is_none(void **state)
{
	static const char *const texts[] = {
		"",
		"hello\n",
		"-----BEGIN CERTIFICATE-----\n",
		"-----BEGIN OPENSSH PRIVATE KEY-----\n",
		"-----BEGIN OPENSSH PRIVATE KEY-----\n!!!!\n-----END OPENSSH PRIVATE KEY-----\n",
		"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
		"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA/////w==\n-----END",
	};
	vv_ssh_key key;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		vv_test_write_text(vv_test_path("key"), texts[i]);
		assert_false(vv_ssh_key_look(&key, vv_test_path("key")));
	}
	assert_false(vv_ssh_key_look(&key, vv_test_path("none")));
	assert_false(vv_ssh_key_look(&key, vv_test_dir()));
}

/* Every shortened and every changed key is judged without reading past its end. */
static void damaged_keys_do_no_harm(void **state)
{
	size_t len;
	const char *text;
	vv_ssh_key key;
	vv_prng r;

	(void)state;
	make_key("-t ed25519 -N ''", "good");
	text = vv_test_read(vv_test_path("good"), &len);
	vv_prng_init(&r, 11);
	for (size_t i = 0; i < 300; i++) {
		char *copy = malloc(len);
		size_t n = i % 2 ? len : (size_t)vv_prng_below(&r, len);

		memcpy(copy, text, len);
		copy[vv_prng_below(&r, len)] = (char)('A' + vv_prng_below(&r, 26));
		vv_test_write(vv_test_path("key"), copy, n);
		(void)vv_ssh_key_look(&key, vv_test_path("key"));
		free(copy);
	}
}

static void only_keys_that_libssh2_can_sign_with_are_usable(void **state)
{
	(void)state;
	assert_true(vv_ssh_key_usable("ssh-ed25519", 11));
	assert_true(vv_ssh_key_usable("ecdsa-sha2-nistp521", 19));
	assert_true(vv_ssh_key_usable("", 0));
	assert_false(vv_ssh_key_usable("ssh-rsa", 7));
	assert_false(vv_ssh_key_usable("sk-ssh-ed25519@openssh.com", 26));
	assert_false(vv_ssh_key_usable("ssh-ed25519-cert-v01@openssh.com", 32));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(without_a_program_the_url_and_the_usual_files_count),
	cmocka_unit_test(what_the_configuration_says_is_taken),
	cmocka_unit_test(what_only_ssh_obeys_is_named),
	cmocka_unit_test(a_configuration_that_ssh_refuses_is_left_to_ssh),
	cmocka_unit_test(every_allocation_may_fail),
	cmocka_unit_test(files_of_keys_tell_what_they_hold),
	cmocka_unit_test(what_is_no_key_is_none),
	cmocka_unit_test(damaged_keys_do_no_harm),
	cmocka_unit_test(only_keys_that_libssh2_can_sign_with_are_usable),
};

VV_TEST_SUITE(ssh_config)
