// What textual-serve's script, which runs after this one, leaves open: fonts, early keys, why a game ended.
"use strict";

(() => {
  const ENDED = "The game has ended. What was played is saved.";
  const LOST = "The line to the game is cut. What was played is saved.";
  const FONTS = ["16px", "bold 16px", "italic 16px"].map((style) => `${style} "Roboto Mono"`);
  const NORMAL_CLOSE = 1000;

  // The terminal makes style elements; the page's policy takes only those that carry the page's nonce.
  const nonce = document.currentScript.nonce;
  const createElement = document.createElement.bind(document);
  document.createElement = (name, options) => {
    const element = createElement(name, options);
    if (name.toLowerCase() === "style") element.nonce = nonce;
    return element;
  };

  // Without WebGL it colours its letters by style attributes, which the policy takes from no markup but from a script.
  const setAttribute = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    if (name === "style") this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };

  function tell(why) {
    document.body.classList.add("-closed");
    document.getElementById("why").textContent = why;
    document.querySelector(".ended").hidden = false;
    document.getElementById("again").focus();
  }

  // The server says why when it closes the line; only the socket hears it. What is sent before the line is open (the
  // terminal has the keyboard already) waits for it.
  window.WebSocket = class extends WebSocket {
    #early = [];

    constructor(...where) {
      super(...where);
      this.addEventListener("open", () => this.#early.forEach((message) => super.send(message)));
      this.addEventListener("close", (event) => tell(event.reason || (event.code === NORMAL_CLOSE ? ENDED : LOST)));
    }

    send(message) {
      if (this.readyState === WebSocket.CONNECTING) this.#early.push(message);
      else if (this.readyState === WebSocket.OPEN) super.send(message);
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    const start = window.onload; // set by textual-serve's script
    window.onload = null;
    document.getElementById("again").addEventListener("click", () => window.location.reload());
    window.addEventListener("load", async (event) => {
      // A terminal that is measured before its font is there stays wrong.
      await Promise.allSettled(FONTS.map((font) => document.fonts.load(font)));
      try {
        start(event);
      } catch (error) {
        tell(`This browser can’t draw the terminal: ${error.message}`);
      }
    });
  });
})();
