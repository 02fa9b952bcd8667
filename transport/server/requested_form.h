/*
 * requested_form: determines the form in which a request to the gateway asks for a block: the raw
 * block, a CAR, or a file.
 *
 * Source: the trustless gateway specification (specs.ipfs.tech/http-gateways/trustless-gateway).
 */
#ifndef VV_TRANSPORT_SERVER_REQUESTED_FORM_H
#define VV_TRANSPORT_SERVER_REQUESTED_FORM_H

#include <stdbool.h>

#include "base/error.h"
#include "transport/ipfs/car.h"

/* VV_FORM_RAW: the block itself. VV_FORM_CAR: the block and blocks below it, as a CAR.
 * VV_FORM_FILE: the request asks for neither; if the CID names a file, the answer is the bytes of
 * the file. */
typedef enum vv_form { VV_FORM_RAW, VV_FORM_CAR, VV_FORM_FILE } vv_form;

/* The requested form. scope, part and dups are set for VV_FORM_CAR. */
typedef struct vv_requested_form {
	vv_form format;
	/* the header Accept asks for the form, and the parameter format is missing */
	bool by_accept;
	vv_car_scope scope;
	vv_car_part part;
	bool dups; /* if a block occurs several times, send it each time */
} vv_requested_form;

/* The decoded parameters format, dag-scope (scope), entity-bytes (bytes), car-version, car-order
 * and car-dups, and the header Accept. A member is NULL if the request does not have it. */
typedef struct vv_form_params {
	const char *format, *scope, *bytes, *version, *order, *dups, *accept;
} vv_form_params;

/* Parses the parameters p, and sets *out. A parameter has precedence over Accept. Returns the
 * status for the answer: 200; or 400 for an invalid value, or 406 for a version of CAR that is not
 * supported, with the reason in err. */
unsigned vv_requested_form_read(vv_requested_form *out, const vv_form_params *p, vv_error *err);

#endif
