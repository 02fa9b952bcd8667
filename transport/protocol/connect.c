/*
 * connect: from a URL to a channel with its greeting exchanged.
 */
#include "transport/protocol/connect.h"

#include <string.h>

#include "base/file.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/http/channel.h"
#include "transport/line/patience.h"
#include "transport/line/pipe.h"
#include "transport/line/ssh.h"

bool vv_connect_finds(const char *path)
{
	if (vv_exists(path)) return true;
	vv_auto(char) *bare = vv_asprintf("%s.git", path);
	return bare && vv_exists(bare);
}

/* A folder here is reached through the same protocol as any other repository. */
static vv_status connect_path(vv_channel **out, const vv_url *url, const vv_connect_options *o,
			      vv_error *err)
{
	const char *argv[] = {
		o->program ? o->program : "varve", "serve", "--stdio", "--", url->path, NULL};
	vv_program_line line = {.argv = argv, .name = url->text};

	if (!vv_connect_finds(url->path)) {
		(void)vv_fail(err, VV_ENOTFOUND, "no such repository '%s'",
			      vv_text_shows(url->path));
		return err ? err->code : VV_ENOTFOUND;
	}
	return vv_channel_program(out, &line, o, err);
}

/* The program's own message, in place of one about its end. */
static vv_status explain_meeting(void *payload VV_UNUSED, int exit_code VV_UNUSED,
				 const vv_peer_messages *said, const char *noise VV_UNUSED,
				 size_t len VV_UNUSED, vv_error *err)
{
	char reason[VV_MESSAGE_MAX], hint[VV_HINT_MAX];

	if (!vv_peer_messages_last(said, reason, hint, sizeof(hint))) return err->code;
	const char *text = strncmp(reason, "varve: ", 7) == 0 ? reason + 7 : reason;
	vv_fail(err, VV_EIO, "%s", text);
	return hint[0] ? vv_hint(err, "%s", hint) : err->code;
}

/* A machine behind a relay: the program that has keys makes the connection. */
static vv_status connect_relay(vv_channel **out, const vv_url *url, const vv_connect_options *o,
			       vv_error *err)
{
	vv_auto(char) *program = NULL;
	const char *argv[] = {NULL, "serve", "--meet", url->text, NULL};
	const vv_program_line line = {.argv = argv, .name = url->text, .explain = explain_meeting};
	vv_connect_options quiet = *o;
	vv_status rc = vv_program_find_own(&program, vv_connect_env(o), "varve-web", err);

	if (rc < 0) return vv_prefix(err, "addresses of relays need another program");
	argv[0] = program;
	quiet.line = NULL; /* the error has the message */
	return vv_channel_program(out, &line, &quiet, err);
}

vv_status vv_connect(vv_channel **out, const vv_url *url, const vv_connect_options *o,
		     vv_error *err)
{
	vv_status rc = VV_EUSAGE;

	*out = NULL;
	switch (url->kind) {
	case VV_URL_PATH:
		rc = connect_path(out, url, o, err);
		break;
	case VV_URL_SSH:
		rc = vv_channel_ssh(out, url, o, err);
		break;
	case VV_URL_HTTP:
		rc = vv_channel_http(out, url, o, err);
		break;
	case VV_URL_RELAY:
		rc = connect_relay(out, url, o, err);
		break;
	case VV_URL_GIT:
		rc = vv_fail(err, VV_ENOSUPPORT, "'%s' supports git's protocol, but not varve's",
			     url->text);
		if (o->foreign) {
			*o->foreign = true;
		}
		break;
	case VV_URL_IPFS:
		rc = vv_fail(err, VV_EUSAGE,
			     "'%s' serves only blocks, not a repository\nuse it as a source of "
			     "blocks, with --from",
			     url->text);
		break;
	default:
		rc = vv_fail(err, VV_EUSAGE,
			     "'%s' is a place for stores or sealed copies, not a repository",
			     url->text);
		(void)vv_hint_code(err, VV_HINT_HOLDER_ADD);
		break;
	}
	if (rc == VV_OK && o->stopped) {
		vv_channel_stop_when(*out, o->stopped);
	}
	if (rc < 0) return rc;
	vv_channel_pace(*out, VV_PACE_DEFAULT, vv_idle_sec(o));
	if ((rc = vv_channel_greet(*out, err)) < 0) {
		vv_channel_close(vv_take(out));
	}
	return rc;
}
