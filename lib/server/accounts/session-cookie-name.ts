/** The cookie that names a session of ours. */
export const sessionCookie = "pneumoscope.session";
