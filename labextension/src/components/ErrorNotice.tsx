/** What went wrong, in the place of what can't be shown, with the one action that helps. */

export function ErrorNotice(props: {
  readonly title: string;
  readonly message: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}): JSX.Element {
  const { title, message, action } = props;
  return (
    <div className="jp-plynx-ErrorNotice" role="alert">
      <h2>{title}</h2>
      <pre>{message}</pre>
      {action ? (
        <button type="button" className="jp-mod-styled jp-mod-accept" onClick={action.run}>
          {action.label}
        </button>
      ) : null}
    </div>
  );
}
