/** Keeps a fault in one part of the screen from taking the others along. */
import { Component, type ReactNode } from 'react';

import { ErrorNotice } from './ErrorNotice';

export interface BoundaryProps {
  readonly title: string;
  readonly retry: string;
  readonly children: ReactNode;
}

export class Boundary extends Component<BoundaryProps, { readonly message: string | null }> {
  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override state = { message: null };

  override render(): ReactNode {
    const { title, retry, children } = this.props;
    const { message } = this.state;
    return message === null ? (
      children
    ) : (
      <ErrorNotice
        title={title}
        message={message}
        action={{ label: retry, run: () => this.setState({ message: null }) }}
      />
    );
  }
}
