/*
 * place_kinds: which kind of place a URL means.
 */
#include "transport/places/place_kinds.h"

#include "base/array.h"

/* A scheme that can name a place has a row of its kind. */
#define PLACE_BIT(kind, open) | 1u << (kind)
#define SCHEME_BIT(name, form, kind, tls, port, may) | ((may) ? 1u << (kind) : 0u)
_Static_assert(((0u VV_URL_SCHEMES(SCHEME_BIT)) & ~(0u VV_PLACE_KINDS(PLACE_BIT))) == 0,
	       "VV_URL_SCHEMES has a place without a row in VV_PLACE_KINDS");
#undef PLACE_BIT
#undef SCHEME_BIT

#define ROW(kind, open) {kind, open},
static const struct {
	vv_url_kind kind;
	vv_status (*open)(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			  const vv_connect_options *connect, bool make, vv_error *err);
} kinds[] = {VV_PLACE_KINDS(ROW)};

static bool may_be_server(vv_url_kind kind)
{
	return kind == VV_URL_HTTP || kind == VV_URL_SSH || kind == VV_URL_RELAY;
}

vv_status vv_place_open(vv_place *out, const vv_url *url, const vv_place_choice *choice,
			const vv_place_facts *facts, const vv_connect_options *connect, bool make,
			vv_error *err)
{
	*out = (vv_place){0};
	if (choice->server && may_be_server(url->kind)) {
		return choice->server(out, url, choice->payload, facts, connect, err);
	}
	const __typeof__(kinds[0]) *kind = vv_array_find(kinds, sizeof(kinds) / sizeof(kinds[0]),
							 it, it->kind == url->kind);
	if (kind && (vv_url_scheme_of(url)->may & choice->use)) {
		return kind->open(out, url, facts, connect, make, err);
	}
	vv_auto(vv_buf) forms = VV_BUF_INIT;
	vv_url_put_forms(&forms, choice->use);
	if (forms.failed) return vv_fail_nomem(err);
	return vv_fail(err, VV_EUSAGE, "'%s' %s\nuse %s%s", url->text, choice->otherwise,
		       vv_buf_cstr(&forms), choice->further);
}
