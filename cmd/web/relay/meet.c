/*
 * meet: the visitor's side.
 */
#include "cmd/web/relay/meet.h"

#include "base/buf.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/web/relay/pump.h"
#include "cmd/web/relay/relay.h"
#include "transport/http/upgrade.h"
#include "transport/line/url.h"

#define ANSWER_SEC 30u /* the relay, which may wait for the laptop */
#define GREET_SEC 20u
#define LAST_SEC 10u

static vv_status open_line(vv_upgrade **out, const vv_url *url, const uint8_t owner[VV_KEY_PUBLIC],
			   const vv_env *env, vv_error *err)
{
	const vv_connect_options o = {.env = env};
	vv_auto(vv_buf) path = VV_BUF_INIT;

	vv_buf_printf(&path, VV_RELAY_VISIT "%s", vv_did_key_shows(owner));
	vv_status rc = vv_buf_ok(&path, err);
	return rc < 0 ? rc
		      : vv_upgrade_open(out, url, path.data, VV_RELAY_PROTOCOL, ANSWER_SEC, &o,
					err);
}

/* Adds a hint for a refused visitor. */
static vv_status advise_visitor(const vv_key *own, vv_error *err)
{
	if (!own) return vv_hint_code(err, VV_HINT_KEY_NEW);
	return vv_hint(err,
		       "this machine's key is %s; ask the owner of the other machine to name it",
		       vv_did_shows(own->public_key));
}

vv_status vv_relay_meet(const char *url, const vv_key *own, int in, int out, const vv_env *env,
			vv_error *err)
{
	vv_auto(vv_url) u = {.kind = VV_URL_PATH};
	vv_auto(vv_upgrade) *line = NULL;
	vv_auto(vv_sealed_stream) *stream = NULL;
	vv_auto(char) *name = NULL;
	uint8_t owner[VV_KEY_PUBLIC];
	vv_status rc;

	if ((rc = vv_url_read(&u, url, err)) < 0 ||
	    (rc = vv_url_read_relay(owner, &name, &u, err)) < 0 ||
	    (rc = vv_sealed_stream_visit(&stream, owner, own, name, err)) < 0 ||
	    (rc = open_line(&line, &u, owner, env, err)) < 0) {
		return rc;
	}
	vv_pump p = {.stream = stream,
		     .line = line,
		     .in = in,
		     .out = out,
		     .stop = -1,
		     .last_sec = LAST_SEC};
	rc = vv_pump_greet(&p, GREET_SEC, err);
	if (rc == VV_EREFUSED) return advise_visitor(own, err);
	return rc < 0 ? rc : vv_pump_run(&p, err);
}
