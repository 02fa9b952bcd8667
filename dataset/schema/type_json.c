/*
 * type_json: cells that hold JSON: objects, arrays, GeoJSON (RFC 7946), TopoJSON.
 *
 * Parsed anew for each cell. Where memory runs out the answer is yes, so that no
 * finding is made up.
 */
#include "dataset/schema/type.h"

#include <string.h>

#include "base/ascii.h"

/* A parsed cell. */
typedef struct parsed {
	vv_arena arena;
	const vv_json *json; /* NULL: no JSON */
	bool unknown;        /* too little memory to tell */
} parsed;

/* What the value must be if the text is JSON at all: most cells are refused here. */
static bool may_be(const char *s, size_t len, char opening)
{
	while (len > 0 && vv_is_space(*s)) {
		s++;
		len--;
	}
	return len > 0 && *s == opening;
}

static void parse(parsed *p, const char *s, size_t len)
{
	vv_error err;
	vv_json *json = NULL;
	vv_status rc;

	vv_arena_init(&p->arena);
	rc = vv_json_read(&json, &p->arena, s, len, "cell", &err);
	p->json = rc == VV_OK ? json : NULL;
	p->unknown = rc == VV_ENOMEM;
}

bool vv_type_is_json(const char *s, size_t len, vv_json_type type)
{
	parsed p;
	bool ok;

	if (!may_be(s, len, type == VV_JSON_OBJECT ? '{' : '[')) {
		return false;
	}
	parse(&p, s, len);
	ok = p.unknown || (p.json && p.json->type == type);
	vv_arena_clear(&p.arena);
	return ok;
}

bool vv_type_is_geopoint(const char *s, size_t len, bool object)
{
	parsed p;
	bool ok;

	if (!may_be(s, len, object ? '{' : '[')) {
		return false;
	}
	parse(&p, s, len);
	ok = p.json && p.json->count == 2;
	for (const vv_json *n = ok ? p.json->first : NULL; n; n = n->next) {
		bool named = n->name && n->name_len == 3 &&
			     (memcmp(n->name, "lon", 3) == 0 || memcmp(n->name, "lat", 3) == 0);
		bool lon = object ? named && n->name[1] == 'o' : n == p.json->first;

		ok = ok && n->type == VV_JSON_NUMBER && named == object &&
		     vv_type_is_degrees(n->text, n->text_len, lon);
	}
	ok = ok || p.unknown;
	vv_arena_clear(&p.arena);
	return ok;
}

static bool list_item_fits(vv_type type, const vv_json *item)
{
	vv_field f = {.type = type,
		      .format = "default",
		      .decimal = ".",
		      .group = "",
		      .decimal_char = '.',
		      .bare_number = true};
	vv_json_type t = item->type;

	switch (type) {
	case VV_TYPE_INTEGER:
		return t == VV_JSON_NUMBER && vv_type_accepts_text(&f, item->text, item->text_len);
	case VV_TYPE_NUMBER:
		return t == VV_JSON_NUMBER;
	case VV_TYPE_BOOLEAN:
		return t == VV_JSON_TRUE || t == VV_JSON_FALSE;
	default:
		return t == VV_JSON_STRING && vv_type_accepts_text(&f, item->text, item->text_len);
	}
}

bool vv_type_is_json_list(const vv_field *f, const char *s, size_t len)
{
	parsed p;
	bool ok;

	if (!may_be(s, len, '[')) {
		return false;
	}
	parse(&p, s, len);
	ok = p.json != NULL;
	for (const vv_json *n = ok ? p.json->first : NULL; n && ok; n = n->next) {
		ok = list_item_fits(f->item_type, n);
	}
	ok = ok || p.unknown;
	vv_arena_clear(&p.arena);
	return ok;
}

/* At least two numbers. */
static bool is_position(const vv_json *node)
{
	if (node->type != VV_JSON_ARRAY || node->count < 2) {
		return false;
	}
	for (const vv_json *n = node->first; n; n = n->next) {
		if (n->type != VV_JSON_NUMBER) {
			return false;
		}
	}
	return true;
}

/* Arrays, `depth` of them one inside of the other, of positions (depth 0: one). */
static bool is_positions(const vv_json *node, unsigned depth)
{
	const vv_json *n = node;
	unsigned level = depth;

	for (;;) {
		if (level == 0) {
			if (!is_position(n)) {
				return false;
			}
		} else if (n->type != VV_JSON_ARRAY) {
			return false;
		} else if (n->first) {
			n = n->first;
			level--;
			continue;
		}
		while (n != node && !n->next) {
			n = n->parent;
			level++;
		}
		if (n == node) {
			return true;
		}
		n = n->next;
	}
}

/* Geometries with coordinates, and how deep these lie. */
static int coordinate_depth(const char *type)
{
	static const struct {
		const char *name;
		int depth;
	} kinds[] = {{"Point", 0},           {"MultiPoint", 1}, {"LineString", 1},
		     {"MultiLineString", 2}, {"Polygon", 2},    {"MultiPolygon", 3}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, type) == 0) {
			return kinds[i].depth;
		}
	}
	return -1;
}

static bool is_object_or_null(const vv_json *node)
{
	return node && (node->type == VV_JSON_OBJECT || node->type == VV_JSON_NULL);
}

/* Checks one object but for the objects in it: *inner is the first of these (which
 * may be the only one), *feature what they must be ("Feature", or NULL: geometries). */
static bool is_geo_object(const vv_json *node, const vv_json **inner, bool *array,
			  const char **want)
{
	const char *type = node->type == VV_JSON_OBJECT ? vv_json_get_string(node, "type") : NULL;
	const vv_json *coordinates, *list;
	int depth;

	*inner = NULL;
	if (!type) {
		return false;
	}
	if (strcmp(type, "Feature") == 0) {
		list = vv_json_get(node, "geometry");
		*array = false;
		*want = "geometry";
		*inner = list && list->type == VV_JSON_OBJECT ? list : NULL;
		return is_object_or_null(list) &&
		       is_object_or_null(vv_json_get(node, "properties"));
	}
	if (strcmp(type, "FeatureCollection") == 0 || strcmp(type, "GeometryCollection") == 0) {
		list = vv_json_get(node, *type == 'F' ? "features" : "geometries");
		*array = true;
		*want = *type == 'F' ? "Feature" : "geometry";
		*inner = list && list->type == VV_JSON_ARRAY ? list->first : NULL;
		return list && list->type == VV_JSON_ARRAY;
	}
	depth = coordinate_depth(type);
	coordinates = vv_json_get(node, "coordinates");
	return depth >= 0 && coordinates && is_positions(coordinates, (unsigned)depth);
}

static bool is_wanted(const vv_json *node, const char *want)
{
	const char *type = node->type == VV_JSON_OBJECT ? vv_json_get_string(node, "type") : NULL;
	bool feature = type && strncmp(type, "Feature", 7) == 0;

	if (!want) {
		return type != NULL;
	}
	return type && (strcmp(want, "Feature") == 0 ? strcmp(type, "Feature") == 0 : !feature);
}

static bool is_geojson(const vv_json *root)
{
	struct {
		const vv_json *node;
		bool array; /* its siblings follow */
		const char *want;
	} stack[VV_JSON_DEPTH];
	size_t depth = 1;

	stack[0].node = root;
	stack[0].array = false;
	stack[0].want = NULL;
	while (depth > 0) {
		const vv_json *node = stack[depth - 1].node, *inner;
		const char *want = stack[depth - 1].want;
		bool array = false;

		if (!is_wanted(node, want) || !is_geo_object(node, &inner, &array, &want)) {
			return false;
		}
		if (stack[depth - 1].array && node->next) {
			stack[depth - 1].node = node->next;
		} else {
			depth--;
		}
		if (inner) {
			if (depth == VV_JSON_DEPTH) {
				return false;
			}
			stack[depth].node = inner;
			stack[depth].array = array;
			stack[depth++].want = want;
		}
	}
	return true;
}

/* Two numbers. */
static bool is_pair(const vv_json *node)
{
	return node && is_position(node) && node->count == 2;
}

static bool is_arc_index(const vv_json *node)
{
	vv_field f = {.type = VV_TYPE_INTEGER,
		      .format = "default",
		      .decimal = ".",
		      .group = "",
		      .bare_number = true};

	return node->type == VV_JSON_NUMBER && vv_type_accepts_text(&f, node->text, node->text_len);
}

/* Arrays, `depth` of them one inside of the other, of indexes of arcs. */
static bool is_indexes(const vv_json *node, unsigned depth)
{
	const vv_json *n = node;
	unsigned level = depth;

	for (;;) {
		if (level == 0 ? !is_arc_index(n) : n->type != VV_JSON_ARRAY) {
			return false;
		}
		if (level > 0 && n->first) {
			n = n->first;
			level--;
			continue;
		}
		while (n != node && !n->next) {
			n = n->parent;
			level++;
		}
		if (n == node) {
			return true;
		}
		n = n->next;
	}
}

/* A geometry but for those in it, of which *inner is the first. */
static bool is_topo_geometry(const vv_json *node, const vv_json **inner)
{
	const char *type = node->type == VV_JSON_OBJECT ? vv_json_get_string(node, "type") : NULL;
	const vv_json *part, *properties = vv_json_get(node, "properties");
	int depth;

	*inner = NULL;
	if (!type || (properties && !is_object_or_null(properties))) {
		return false;
	}
	if (strcmp(type, "GeometryCollection") == 0) {
		part = vv_json_get(node, "geometries");
		*inner = part ? part->first : NULL;
		return part && part->type == VV_JSON_ARRAY;
	}
	depth = coordinate_depth(type);
	if (strcmp(type, "Point") == 0 || strcmp(type, "MultiPoint") == 0) {
		part = vv_json_get(node, "coordinates");
		return part && is_positions(part, (unsigned)depth);
	}
	part = vv_json_get(node, "arcs");
	return depth > 0 && part && is_indexes(part, (unsigned)depth);
}

/* The geometries from first on, with all that lie in them. */
static bool are_topo_geometries(const vv_json *first)
{
	const vv_json *stack[VV_JSON_DEPTH];
	size_t depth = 0;

	if (first) {
		stack[depth++] = first;
	}
	while (depth > 0) {
		const vv_json *node = stack[--depth], *inner;

		if (!is_topo_geometry(node, &inner)) {
			return false;
		}
		if (node->next) {
			stack[depth++] = node->next;
		}
		if (inner) {
			if (depth == VV_JSON_DEPTH) {
				return false;
			}
			stack[depth++] = inner;
		}
	}
	return true;
}

static bool is_topology(const vv_json *root)
{
	const vv_json *objects = vv_json_get(root, "objects"), *arcs = vv_json_get(root, "arcs"),
		      *transform = vv_json_get(root, "transform");

	if (!objects || objects->type != VV_JSON_OBJECT || !arcs || arcs->type != VV_JSON_ARRAY ||
	    !is_positions(arcs, 2) ||
	    (transform &&
	     (transform->type != VV_JSON_OBJECT || !is_pair(vv_json_get(transform, "scale")) ||
	      !is_pair(vv_json_get(transform, "translate"))))) {
		return false;
	}
	for (const vv_json *arc = arcs->first; arc; arc = arc->next) {
		if (arc->count < 2) {
			return false;
		}
	}
	return are_topo_geometries(objects->first);
}

/* TopoJSON 2 calls a topology a TopoJSON object, and each geometry of one, too. */
static bool is_topojson(const vv_json *root)
{
	const char *type = root->type == VV_JSON_OBJECT ? vv_json_get_string(root, "type") : NULL;

	return type &&
	       (strcmp(type, "Topology") == 0 ? is_topology(root) : are_topo_geometries(root));
}

bool vv_type_is_geojson(const char *s, size_t len, bool topology)
{
	parsed p;
	bool ok;

	if (!may_be(s, len, '{')) {
		return false;
	}
	parse(&p, s, len);
	ok = p.unknown || (p.json && (topology ? is_topojson(p.json) : is_geojson(p.json)));
	vv_arena_clear(&p.arena);
	return ok;
}
