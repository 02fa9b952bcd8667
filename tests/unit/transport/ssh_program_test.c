/*
 * The call of the program ssh, and the meaning of its exit codes. A script replaces ssh and
 * writes down what it was given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "tests/unit/support.h"
#include "transport/line/channel.h"
#include "transport/protocol/connect.h"

static void write_script(const char *path, const char *body)
{
	vv_buf text = VV_BUF_INIT;

	vv_buf_printf(&text, "#!/bin/sh\n%s\n", body);
	vv_test_write_text(path, text.data);
	assert_int_equal(chmod(path, 0755), 0);
	vv_buf_clear(&text);
}

/* No variable or configuration of the machine has an effect. */
static void start(void)
{
	static const char *const names[] = {"VARVE_SSH", "GIT_SSH_COMMAND", "GIT_SSH",
					    "GIT_SSH_VARIANT", "XDG_CONFIG_HOME"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)unsetenv(names[i]);
	}
	(void)setenv("HOME", vv_test_dir(), 1);
	(void)setenv("GIT_CONFIG_GLOBAL", vv_test_path("gitconfig"), 1);
	(void)setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	vv_test_write_text(vv_test_path("gitconfig"), "");
}

static const char *service; /* NULL: the usual one */

static vv_status reach(const char *text, const char *program, vv_error *err)
{
	vv_connect_options o = {.env = vv_test_env()};
	vv_channel *line = NULL;
	vv_url url;
	vv_status rc;

	vv_assert_ok(vv_url_read(&url, text, err), err);
	o.remote_program = program;
	o.service = service;
	o.idle_sec = 20;
	rc = vv_connect(&line, &url, &o, err);
	vv_channel_close(line);
	vv_url_clear(&url);
	return rc;
}

/* A program of this name that greets, and leaves its arguments in the file "got". */
static const char *recorder(const char *name)
{
	const char *path = vv_test_path("bin/%s", name);
	vv_buf body = VV_BUF_INIT;

	vv_buf_printf(&body, "{ printf '%s'; printf ' <%%s>' \"$@\"; } > '%s'\necho 'varve 1'\ncat",
		      name, vv_test_path("got"));
	write_script(path, body.data);
	vv_buf_clear(&body);
	return path;
}

static void calls(const char *url, const char *program, const char *wanted)
{
	vv_error err;

	vv_assert_ok(reach(url, program, &err), &err);
	assert_string_equal(vv_test_read(vv_test_path("got"), NULL), wanted);
}

static void openssh_gets_its_options(void **state)
{
	(void)state;
	start();
	(void)setenv("GIT_SSH", recorder("ssh"), 1);
	calls("ssh://host/srv/x", NULL,
	      "ssh <-T> <-o> <ConnectTimeout=20> <--> <host> <varve serve --stdio '/srv/x'>");
	calls("ssh://me@host:2222/x", NULL,
	      "ssh <-T> <-o> <ConnectTimeout=20> <-p> <2222> <--> <me@host> <varve serve --stdio '/x'>");
	calls("me@[::1]:x", NULL,
	      "ssh <-T> <-o> <ConnectTimeout=20> <--> <me@::1> <varve serve --stdio 'x'>");
}

static void paths_are_quoted_for_the_far_shell(void **state)
{
	(void)state;
	start();
	(void)setenv("GIT_SSH", recorder("ssh"), 1);
	calls("host:a b(c)*", NULL,
	      "ssh <-T> <-o> <ConnectTimeout=20> <--> <host> <varve serve --stdio 'a b(c)*'>");
	calls("host:~/a b", NULL,
	      "ssh <-T> <-o> <ConnectTimeout=20> <--> <host> <varve serve --stdio ~/'a b'>");
	calls("host:~ann/x", NULL,
	      "ssh <-T> <-o> <ConnectTimeout=20> <--> <host> <varve serve --stdio ~ann/'x'>");
	calls("host:~", NULL,
	      "ssh <-T> <-o> <ConnectTimeout=20> <--> <host> <varve serve --stdio ~>");
	calls("ssh://host/~/", NULL,
	      "ssh <-T> <-o> <ConnectTimeout=20> <--> <host> <varve serve --stdio ~/>");
}

static void the_far_program_may_have_another_name(void **state)
{
	(void)state;
	start();
	(void)setenv("GIT_SSH", recorder("ssh"), 1);
	calls("host:x", "/opt/varve/bin/varve",
	      "ssh <-T> <-o> <ConnectTimeout=20> <--> <host> </opt/varve/bin/varve serve --stdio 'x'>");
}

static void a_holder_is_asked_with_another_command(void **state)
{
	(void)state;
	start();
	(void)setenv("GIT_SSH", recorder("ssh"), 1);
	service = "vault serve";
	calls("host:x", NULL,
	      "ssh <-T> <-o> <ConnectTimeout=20> <--> <host> <varve vault serve --stdio 'x'>");
	service = NULL;
}

static void each_variant_has_its_own_options(void **state)
{
	(void)state;
	start();
	(void)setenv("GIT_SSH", recorder("plink"), 1);
	calls("ssh://host:22/x", NULL, "plink <-P> <22> <host> <varve serve --stdio '/x'>");
	(void)setenv("GIT_SSH", recorder("tortoiseplink"), 1);
	calls("ssh://host:22/x", NULL,
	      "tortoiseplink <-batch> <-P> <22> <host> <varve serve --stdio '/x'>");
	(void)setenv("GIT_SSH", recorder("wrapper"), 1);
	calls("ssh://host:22/x", NULL, "wrapper <-p> <22> <host> <varve serve --stdio '/x'>");
	(void)setenv("GIT_SSH_VARIANT", "ssh", 1);
	calls("ssh://host/x", NULL,
	      "wrapper <-T> <-o> <ConnectTimeout=20> <--> <host> <varve serve --stdio '/x'>");
}

static void the_simple_variant_takes_no_port(void **state)
{
	vv_error err;

	(void)state;
	start();
	(void)setenv("GIT_SSH", recorder("wrapper"), 1);
	vv_test_write_text(vv_test_path("gitconfig"), "[ssh]\n\tvariant = simple\n");
	calls("host:x", NULL, "wrapper <host> <varve serve --stdio 'x'>");
	vv_assert_status(reach("ssh://host:22/x", NULL, &err), VV_EUSAGE, &err);
	vv_assert_contains(err.message,
			   "' has the ssh variant 'simple', which does not support a port");
}

static void commands_come_in_gits_order(void **state)
{
	vv_buf text = VV_BUF_INIT;

	(void)state;
	start();
	(void)setenv("GIT_SSH", recorder("d"), 1);
	calls("host:x", NULL, "d <host> <varve serve --stdio 'x'>");
	vv_buf_printf(&text, "[core]\n\tsshCommand = %s -i \\\"my key\\\"\n", recorder("c"));
	vv_test_write_text(vv_test_path("gitconfig"), text.data);
	calls("host:x", NULL, "c <-i> <my key> <host> <varve serve --stdio 'x'>");
	vv_buf_reset(&text);
	vv_buf_printf(&text, "A=1 %s -v", recorder("b"));
	(void)setenv("GIT_SSH_COMMAND", text.data, 1);
	calls("host:x", NULL, "b <-v> <host> <varve serve --stdio 'x'>");
	(void)setenv("VARVE_SSH", recorder("a"), 1);
	calls("host:x", NULL, "a <host> <varve serve --stdio 'x'>");
	vv_buf_reset(&text);
	vv_buf_printf(&text, "LC_ALL=C '%s' -F none", recorder("ssh"));
	(void)setenv("VARVE_SSH", text.data, 1);
	calls("host:x", NULL,
	      "ssh <-F> <none> <-T> <-o> <ConnectTimeout=20> <--> <host> <varve serve --stdio 'x'>");
	vv_buf_clear(&text);
}

static void an_unknown_way_is_refused(void **state)
{
	vv_error err;

	(void)state;
	start();
	vv_test_write_text(vv_test_path("gitconfig"), "[varve]\n\tssh = putty\n");
	vv_assert_status(reach("host:x", NULL, &err), VV_EUSAGE, &err);
	assert_string_equal(err.message,
			    "the setting varve.ssh is 'putty', expected auto, libssh2 or external");
}

/* The messages of ssh or of the remote shell if varve is missing there. */
static void ends_of_ssh_are_explained(void **state)
{
	static const struct {
		const char *body;
		vv_status code;
		const char *message, *hint;
	} cases[] = {
		{"echo 'bash: varve: command not found' >&2; exit 127", VV_ENOTFOUND,
		 "program 'varve' not found on 'host'", "remote.<name>.varve"},
		{"exit 126", VV_ENOTFOUND, "program 'varve' cannot be executed on 'host'",
		 "install varve on that host"},
		{"echo 'ssh: Could not resolve hostname host: Name or service not known' >&2; exit 255",
		 VV_ENOTFOUND, "cannot connect to 'host': ssh: Could not resolve hostname host",
		 "check the name host"},
		{"echo 'ssh: connect to host host port 22: Connection refused' >&2; exit 255",
		 VV_EIO,
		 "cannot connect to 'host': ssh: connect to host host port 22: Connection refused",
		 "check that sshd listens on that port of host"},
		{"echo 'ssh: connect to host host port 22: Connection timed out' >&2; exit 255",
		 VV_EIO, "Connection timed out",
		 "check that this host can be reached from here: host"},
		{"echo 'me@host: Permission denied (publickey).' >&2; exit 255", VV_EREFUSED,
		 "cannot connect to 'host': me@host: Permission denied (publickey).", "right key"},
		{"echo 'Host key verification failed.' >&2; exit 255", VV_EREFUSED,
		 "cannot connect to 'host': Host key verification failed.", "fingerprint"},
		{"echo '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @' >&2;"
		 "echo 'Host key verification failed.' >&2; exit 255",
		 VV_EREFUSED, "its host key differs from the one in known_hosts",
		 "ssh-keygen -R host"},
		{"echo 'Received disconnect: Too many authentication failures' >&2; exit 255",
		 VV_EREFUSED, "Too many authentication failures", "IdentitiesOnly"},
		{"echo 'Invalid command: varve serve' >&2; exit 1", VV_EIO,
		 "closed before anything was sent: Invalid command: varve serve", ""},
		{"exit 3", VV_EIO, "ssh ended with exit code 3", ""},
		{"kill -9 $$", VV_EIO, "ssh was ended by signal 9", ""},
		{"echo 'This account is not available.'; exit 1", VV_EIO,
		 "does not answer as varve does; it sent: This account is not available.\\n", ""},
	};

	(void)state;
	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_error err;

		write_script(vv_test_path("bin/ssh"), cases[i].body);
		(void)setenv("GIT_SSH", vv_test_path("bin/ssh"), 1);
		vv_assert_status(reach("host:x", NULL, &err), cases[i].code, &err);
		vv_assert_contains(err.message, cases[i].message);
		vv_assert_contains(err.hint, cases[i].hint);
		assert_null(strchr(err.hint, '?'));
	}
}

static void hints_about_host_keys_have_the_port(void **state)
{
	static const struct {
		const char *says, *hint;
	} cases[] = {
		{"Host key verification failed.", ": ssh -p 2222 host"},
		{"@ REMOTE HOST IDENTIFICATION HAS CHANGED! @", ": ssh-keygen -R '[host]:2222'"},
		{"Connection refused", "check that sshd listens on that port of host"},
	};

	(void)state;
	start();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char body[128];
		vv_error err;

		(void)snprintf(body, sizeof(body), "echo '%s' >&2; exit 255", cases[i].says);
		write_script(vv_test_path("bin/ssh"), body);
		(void)setenv("GIT_SSH", vv_test_path("bin/ssh"), 1);
		assert_true(reach("ssh://host:2222/x", NULL, &err) < 0);
		vv_assert_contains(err.hint, cases[i].hint);
	}
}

static void a_program_that_is_not_there_is_named(void **state)
{
	vv_error err;

	(void)state;
	start();
	(void)setenv("GIT_SSH", "no-such-ssh", 1);
	vv_assert_status(reach("host:x", NULL, &err), VV_EPROGRAM, &err);
	assert_string_equal(err.message, "no program 'no-such-ssh' on the PATH");
	(void)setenv("GIT_SSH_COMMAND", "no-such-ssh -v", 1);
	vv_assert_status(reach("host:x", NULL, &err), VV_ENOTFOUND, &err);
	vv_assert_contains(err.message, "cannot connect to 'host': ");
	vv_assert_contains(err.message, "no-such-ssh");
	vv_assert_contains(err.message, "not found");
}

static vv_status reach_once(void *payload, vv_error *err)
{
	vv_connect_options o = {.env = vv_test_env()};
	vv_channel *line = NULL;
	vv_url url;
	vv_status rc;

	(void)payload;
	if ((rc = vv_url_read(&url, "ssh://me@host:22/~/x", err)) == VV_OK) {
		rc = vv_connect(&line, &url, &o, err);
	}
	vv_channel_close(line);
	vv_url_clear(&url);
	return rc;
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	start();
	(void)setenv("GIT_SSH_COMMAND", recorder("ssh"), 1);
	vv_fault_each(VV_FAULT_ALLOC, 0, reach_once, NULL, NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(openssh_gets_its_options),
	cmocka_unit_test(paths_are_quoted_for_the_far_shell),
	cmocka_unit_test(the_far_program_may_have_another_name),
	cmocka_unit_test(a_holder_is_asked_with_another_command),
	cmocka_unit_test(each_variant_has_its_own_options),
	cmocka_unit_test(the_simple_variant_takes_no_port),
	cmocka_unit_test(commands_come_in_gits_order),
	cmocka_unit_test(an_unknown_way_is_refused),
	cmocka_unit_test(ends_of_ssh_are_explained),
	cmocka_unit_test(hints_about_host_keys_have_the_port),
	cmocka_unit_test(a_program_that_is_not_there_is_named),
	cmocka_unit_test(every_allocation_may_fail),
};

VV_TEST_SUITE(ssh_program)
