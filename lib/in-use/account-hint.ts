/**
 * A cookie that pages can read: "1" where the browser holds a session's cookie, which they cannot. It opens nothing;
 * without it the reading page does not ask who is signed in.
 */
export const accountHint = "pneumoscope.account";
