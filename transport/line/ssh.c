/*
 * ssh: which of the two ways over ssh is taken.
 *
 * Whoever names a command gets it. Else varve.ssh decides: external, libssh2, or auto, the
 * default: libssh2, but the ssh program for what libssh2 cannot do, where there is one. After a
 * host key that is wrong, unknown or revoked nothing else is tried.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "repo/git/program.h"
#include "transport/line/ssh.h"

typedef enum way { AUTO, LIBSSH2_ONLY, PROGRAM_ONLY } way;

static vv_status read_way(way *out, const vv_connect_options *o, vv_error *err)
{
	char *text = NULL;
	vv_status rc = vv_connect_setting(&text, o, "varve.ssh", err);

	*out = AUTO;
	if (rc == VV_ENOTFOUND) {
		return VV_OK;
	}
	if (rc == VV_OK && strcmp(text, "libssh2") == 0) {
		*out = LIBSSH2_ONLY;
	} else if (rc == VV_OK && strcmp(text, "external") == 0) {
		*out = PROGRAM_ONLY;
	} else if (rc == VV_OK && strcmp(text, "auto") != 0) {
		rc = vv_fail(err, VV_EUSAGE,
			     "varve.ssh is '%s'; it can be auto, libssh2 or external",
			     vv_text_shows(text));
	}
	vv_free(text);
	return rc;
}

static bool has_program(void)
{
	vv_error ignored;
	char *path = NULL;
	bool found = vv_program_find(&path, "ssh", &ignored) == VV_OK;

	vv_free(path);
	return found;
}

/* libssh2, with the ssh program behind it where `w` lets it. */
static vv_status by_library(vv_channel **out, const vv_url *url, way w, const vv_ssh_command *c,
			    const vv_connect_options *o, vv_error *err)
{
	bool program = has_program(), other = false;
	vv_ssh_config config;
	vv_status rc = vv_ssh_config_read(&config, url, program, err);

	if (rc < 0) {
		return rc;
	}
	if (w == AUTO && program && config.special) {
		rc = vv_channel_ssh_program(out, url, c, o, err);
	} else {
		rc = vv_channel_ssh2(out, url, &config, o, &other, err);
		if (rc < 0 && other && w == AUTO && program) {
			vv_error_clear(err);
			rc = vv_channel_ssh_program(out, url, c, o, err);
		}
	}
	vv_ssh_config_clear(&config);
	return rc;
}

vv_status vv_channel_ssh(vv_channel **out, const vv_url *url, const vv_connect_options *o,
			 vv_error *err)
{
	vv_ssh_command command;
	way w = AUTO;
	vv_status rc;

	*out = NULL;
	if ((rc = vv_ssh_command_read(&command, o, err)) < 0) {
		return rc;
	}
	if (!command.text && (rc = read_way(&w, o, err)) < 0) {
		goto done;
	}
	rc = command.text || w == PROGRAM_ONLY ? vv_channel_ssh_program(out, url, &command, o, err)
					       : by_library(out, url, w, &command, o, err);
done:
	vv_ssh_command_clear(&command);
	return rc;
}
